extension ReportPage {
  /// The style sheet: light and dark by the reader's choice, black on white in print.
  ///
  /// Colours are blue, orange and grey of equal weight to eyes that confuse red and green; nothing is
  /// told by colour alone.
  static var style: HTML {
    """
    :root{--paper:#fdfdfb;--ink:#1b1f24;--soft:#5b6570;--rule:#dfe2e4;--band:#eceff1;--blue:#0b62a8;
    --orange:#b8540a;--grey:#8a939c;--cloud:#0b62a826;--kept:#d9a441;--load:#4b5d6e;--card:#f5f6f5}
    @media (prefers-color-scheme:dark){:root{--paper:#14181c;--ink:#e7eaec;--soft:#9aa5af;--rule:#2c343b;
    --band:#222a31;--blue:#6cb4f0;--orange:#f0a35e;--grey:#7d8891;--cloud:#6cb4f033;--kept:#c9952f;
    --load:#8fa3b5;--card:#1b2127}}
    *{box-sizing:border-box}
    html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
    @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
    body{margin:0 auto;padding:3.2rem 1.5rem 4rem;max-width:66rem;background:var(--paper);color:var(--ink);
    font:400 1rem/1.6 "Source Sans 3","Inter",system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;
    overflow-wrap:break-word}
    h1,h2,h3{font-family:"Source Serif 4",Charter,"Iowan Old Style",Palatino,Georgia,"DejaVu Serif",serif;font-weight:600;
    line-height:1.2;letter-spacing:-.01em}
    h1{font-size:2.1rem;margin:.2rem 0 .5rem}
    h2{font-size:1.4rem;margin:0 0 1rem}
    h3{font-size:1.06rem;margin:2rem 0 .5rem}
    p{margin:.6rem 0;max-width:44rem}
    .kicker{margin:0;color:var(--soft);font-size:.78rem;letter-spacing:.12em;text-transform:uppercase}
    .source{color:var(--soft);margin:0 0 1.2rem}
    nav{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.88rem;padding:.7rem 0;border-top:1px solid var(--rule);
    border-bottom:1px solid var(--rule)}
    a{color:var(--blue);text-decoration:none}a:hover,a:focus-visible{text-decoration:underline}
    section{padding-top:2.6rem;margin-top:2.6rem;border-top:1px solid var(--rule)}
    main>section:first-of-type{border-top:0;margin-top:.4rem;padding-top:1.2rem}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(12.5rem,1fr));gap:1rem;margin:0 0 1.8rem}
    .tiles>div{background:var(--card);border-radius:6px;padding:.9rem 1.1rem 1rem}
    .tiles p{margin:0;color:var(--soft);font-size:.85rem;line-height:1.35}
    .tiles .big{color:var(--ink);font-size:2rem;font-weight:600;line-height:1.15;font-variant-numeric:tabular-nums;
    margin-bottom:.2rem;letter-spacing:-.02em}
    .tiles .word{font-size:1.55rem;line-height:1.48}
    .big small{font-size:.55em;font-weight:400;color:var(--soft)}
    .share{display:block;width:100%;margin-top:.6rem}
    .lead{font-size:1.12rem;line-height:1.5}
    .findings{margin:2rem 0 0;padding:.2rem 1.4rem 1rem;border-left:3px solid var(--orange);background:var(--card);border-radius:0 6px 6px 0}
    .findings h3{margin:1rem 0 .6rem}
    .findings ul{list-style:none;margin:0;padding:0}.findings li{margin:0 0 1rem}.findings p{margin:.1rem 0}
    .evidence{color:var(--soft);font-size:.92rem}
    .notice{margin:1.6rem 0 0;padding:1rem 1.4rem;border:1px solid var(--orange);border-radius:6px}
    .notice h2{font-size:1.05rem;margin:0 0 .3rem}.notice ul{margin:0;padding-left:1.2rem}
    .absent,.note,.fine{color:var(--soft)}.absent{font-style:italic}.note{font-size:.88rem}.bad{color:var(--orange);font-weight:600}
    code,pre,.name{font-family:"JetBrains Mono","SFMono-Regular",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.84em}
    pre{padding:.8rem 1rem;background:var(--card);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere}
    .hash{color:var(--soft);overflow-wrap:anywhere}
    .wide{overflow-x:auto;margin:1rem 0}
    table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
    th,td{padding:.28rem .7rem .28rem 0;text-align:left;vertical-align:middle;border-bottom:1px solid var(--rule)}
    thead th{color:var(--soft);font-weight:500;font-size:.8rem;border-bottom:1px solid var(--ink);vertical-align:bottom}
    tbody th{font-weight:500}
    .num{text-align:right;white-space:nowrap}
    .soft,.pm,.unit,small{color:var(--soft)}
    .group th{padding-top:1.2rem;font-weight:600;border-bottom:1px solid var(--grey)}
    .group .unit{font-weight:400}
    .numbers tbody th{white-space:nowrap}
    .numbers tr:not(.group) th{padding-left:.6rem}
    .numbers small{white-space:normal}
    .numbers .forest{width:15.5rem;min-width:11rem;padding:0}
    .numbers td.forest{background:linear-gradient(90deg,transparent calc(50% - .4px),var(--grey) 0 calc(50% + .4px),transparent 0),
    linear-gradient(90deg,transparent 23.4%,var(--band) 0 76.6%,transparent 0)}
    .numbers .verdict,.numbers thead th:last-child{padding-left:1rem}.num+td:not(.num){padding-left:1.3rem}
    .row{display:block;width:100%}
    .verdict{white-space:nowrap;font-size:.84rem}
    .facts th{color:var(--soft);width:11rem;vertical-align:top}.events td:first-child{width:6rem;padding-right:1.4rem}
    .glyph{width:.75em;height:.75em;margin-right:.4em;vertical-align:-.02em}
    .legend{display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;color:var(--soft);font-size:.86rem;max-width:none}
    .key{width:26px;height:10px;margin-right:.45em}
    figure{margin:1.1rem 0}figcaption{color:var(--soft);font-size:.86rem;margin:.2rem 0}
    figcaption strong{color:var(--ink);font-weight:600}
    .chart{display:block;width:100%;height:auto;overflow:visible}
    .row3{display:grid;grid-template-columns:repeat(auto-fit,minmax(16rem,1fr));gap:1.2rem}
    .row2{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1.2rem 2.5rem}
    .row3 figure,.row2 figure,.panels figure{margin:.4rem 0}
    .panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(14.5rem,1fr));gap:1rem 1.2rem}
    .directions li{margin:.3rem 0;max-width:56rem}
    svg text{font-family:inherit;fill:var(--soft)}
    .tick{font-size:11px;font-variant-numeric:tabular-nums}.axis{font-size:11.5px}
    .mid{text-anchor:middle}.end{text-anchor:end}
    .inverse{fill:var(--paper)!important;font-weight:600}
    .grid{stroke:var(--rule);stroke-width:1}.mark{stroke:var(--grey);stroke-width:.7;stroke-dasharray:1.5 2.5}
    .zero,.center{stroke:var(--grey);stroke-width:.8}
    .band{fill:var(--band)}.cloud{fill:var(--cloud)}.frame{fill:none;stroke:var(--rule)}
    .measured{fill:none;stroke:var(--ink);stroke-width:2.6;stroke-opacity:.55;stroke-linejoin:round}
    .model{fill:none;stroke:var(--blue);stroke-width:1.7;stroke-linejoin:round}
    .prior{fill:none;stroke:var(--grey);stroke-width:1.3;stroke-dasharray:5 3.5}
    .truth{fill:none;stroke:var(--orange);stroke-width:1.6}
    .dot.model{fill:var(--blue);stroke:none}
    .identified{fill:var(--blue)}.limited{fill:var(--orange)}.untold{fill:var(--grey)}
    .identified-line{stroke:var(--blue)}.limited-line{stroke:var(--orange)}.untold-line{stroke:var(--grey)}
    .whisker{stroke-width:2;stroke-linecap:round}.stem{stroke-width:1.6}
    .ring{fill:var(--paper);stroke-width:1.6}
    .truth-mark{fill:none;stroke:var(--ink);stroke-width:1.2}
    .plus{fill:var(--blue)}.minus{fill:var(--orange)}
    .fitted{fill:var(--blue);fill-opacity:.75}.kept{fill:var(--kept)}.load{fill:var(--load)}
    footer{margin-top:3.5rem;padding-top:1rem;border-top:1px solid var(--rule);color:var(--soft);font-size:.86rem}
    @media print{
    :root{--paper:#fff;--ink:#000;--soft:#444;--rule:#ccc;--band:#eee;--blue:#0b62a8;--orange:#b8540a;--grey:#888;
    --cloud:#0b62a826;--kept:#d9a441;--load:#4b5d6e;--card:#f6f6f6}
    @page{size:A4;margin:16mm 15mm 18mm}
    *{-webkit-print-color-adjust:exact;print-color-adjust:exact}
    body{font-size:9pt;padding:0;max-width:none}
    nav{display:none}section{margin-top:1.2rem;padding-top:1.2rem}h2{break-after:avoid}h3{break-after:avoid}
    figure,tr,.tiles,.findings li,.notice{break-inside:avoid}
    thead{display:table-header-group}.wide{overflow:visible}table{font-size:7.6pt}
    th,td{padding:.14rem .4rem .14rem 0}.verdict{font-size:7.2pt}.numbers .forest{width:11rem}
    a{color:inherit}}
    """
  }
}
