// <script type="module" src="https://may-chu/widget/index.js"></script> and <tro-ly-so></tro-ly-so>: that is all.

import { TroLySo } from "./element.js";

if (!customElements.get("tro-ly-so")) customElements.define("tro-ly-so", TroLySo);
