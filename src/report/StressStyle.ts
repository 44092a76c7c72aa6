/**
 * How the page of a stress result looks: colours for light and dark, and sizes for wide and narrow.
 *
 * Owns colours. Nothing is told apart by colour alone: marks have words, lines have dashes. The
 * colours of shares (blue passes, orange fails) can be told apart by people who see red and green
 * alike.
 */

const light = `
--paper:#fff;--ink:#1b1f24;--quiet:#5b6570;--rule:#d5dbe1;--panel:#f6f8fa;
--good:#136c2e;--bad:#b3261e;--doubtful:#7a5200;
--line:#0b5cad;--line2:#8a4b00;--line3:#6b2fa0;--line4:#2d6a4f;
--breaking:#b3261e;--demonstrated:#136c2e;--limit:#5b6570;
--all:#1f5fa8;--most:#6ba3d6;--some:#f2b26b;--none:#c75a11;`

const dark = `
--paper:#14181d;--ink:#e4e8ec;--quiet:#9aa6b2;--rule:#363e47;--panel:#1c2229;
--good:#6fce87;--bad:#ff8a80;--doubtful:#e6b450;
--line:#6cb2ff;--line2:#f0a95b;--line3:#c79bf2;--line4:#7fd1ae;
--breaking:#ff8a80;--demonstrated:#6fce87;--limit:#9aa6b2;
--all:#5fa0e6;--most:#2f5f92;--some:#8a5a24;--none:#e08a3c;`

/** The whole style sheet. */
export const stressStyle = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0}
h2{font-size:1.15rem;margin:2.25rem 0 .5rem}
p{margin:.35rem 0}
.place,.quiet,figcaption{color:var(--quiet)}
.place{margin:0;font-size:.9rem;overflow-wrap:anywhere}
.verdict{display:inline-block;border:2px solid currentcolor;border-radius:4px;padding:0 .5rem;
font-weight:700;font-size:.95rem}
.headline{font-size:1.15rem;font-weight:600}
.good{color:var(--good)}.bad{color:var(--bad)}.doubtful{color:var(--doubtful)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;
margin:1.25rem 0;padding:0;list-style:none}
.figures li{background:var(--panel);border-radius:6px;padding:.6rem .8rem;overflow-wrap:anywhere}
.figures b{display:block;font-size:1.3rem;line-height:1.3;font-weight:650}
.figures span{display:block;color:var(--quiet);font-size:.85rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.25rem;margin:.5rem 0}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
code{font:.9em/1.5 ui-monospace,SFMono-Regular,Menlo,monospace;background:var(--panel);
border-radius:4px;padding:.1rem .35rem;overflow-wrap:anywhere}
code,footer{font-variant-ligatures:none}
figure{margin:1rem 0}figcaption{font-size:.9rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.3rem 1rem .3rem 0;border-bottom:1px solid var(--rule);
vertical-align:top}
th{color:var(--quiet);font-weight:600}
.number{text-align:right}
details{margin:1rem 0}summary{cursor:pointer;color:var(--quiet)}
svg{display:block;width:100%;height:auto}
svg text{font:13px system-ui,sans-serif;fill:var(--ink);paint-order:stroke;stroke:var(--paper);
stroke-width:4px;stroke-linejoin:round}
svg .quiet{fill:var(--quiet)}
svg .title{font-weight:600}
svg .end{text-anchor:end}svg .middle{text-anchor:middle}
.frame{stroke:var(--rule);fill:none}
.grid{stroke:var(--rule);stroke-width:.6}
.bound{stroke:var(--ink);stroke-width:1.2;stroke-dasharray:7 4}
.series{fill:none;stroke-width:2}
.dot{stroke:var(--paper);stroke-width:.7}
.whisker{stroke:var(--line);stroke-width:1.2;opacity:.55}
.s0{stroke:var(--line)}.s1{stroke:var(--line2);stroke-dasharray:6 3}
.s2{stroke:var(--line3);stroke-dasharray:2 3}.s3{stroke:var(--line4);stroke-dasharray:9 3 2 3}
.f0{fill:var(--line)}.f1{fill:var(--line2)}.f2{fill:var(--line3)}.f3{fill:var(--line4)}
.mark{stroke-width:1.5}
.mark.breaking{stroke:var(--breaking);stroke-width:2}
.mark.demonstrated{stroke:var(--demonstrated);stroke-dasharray:8 3}
.mark.limit{stroke:var(--limit);stroke-dasharray:2 3}
.mark.ultimate{stroke:var(--limit);stroke-dasharray:5 3}
.mark.rupture{stroke:var(--breaking);stroke-dasharray:2 2}
.interval{fill:var(--breaking);opacity:.14}
.band{fill:var(--none);opacity:.22}
.all{fill:var(--all)}.most{fill:var(--most)}.some{fill:var(--some)}.none{fill:var(--none)}
.frontier{fill:none;stroke:var(--ink);stroke-width:2.2}
.frontier.demonstrated{stroke-dasharray:6 4;stroke-width:1.6}
.ring{fill:var(--paper);stroke:var(--ink);stroke-width:1.6}
@media (max-width:34rem){
svg text{font-size:20px}
dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}
}
@media print{main{max-width:none}details{display:block}}
`.replaceAll("\n", "")
