/// How pages look: on paper, and on light and dark screens of any width.
enum StyleSheet {
  /// The style sheet of a page.
  ///
  /// Text keeps to 70 characters a line; tables and drawings may be as wide as the page, and scroll
  /// in their own frames where the screen is narrower. Print is light whatever the screen prefers.
  static let page = colours + text + figures + tables + narrow + print

  private static let colours = """
    :root{color-scheme:light dark;--paper:#fcfcfa;--raised:#f4f5f1;--ink:#20262b;--soft:#5b656d;\
    --line:#dcdfd9;--accent:#1d5f8a;--good:#1d6b40;--bad:#a4352a;--open:#85590a}
    @media screen and (prefers-color-scheme:dark){:root{--paper:#14181b;--raised:#1c2226;\
    --ink:#e3e7e8;--soft:#9aa5ab;--line:#333c42;--accent:#7fbde6;--good:#7fcf9d;--bad:#f09a8d;\
    --open:#e3b765}}

    """

  private static let text = """
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-behavior:auto}
    body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;\
    font:1.0625rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",\
    sans-serif}
    header,nav,main,footer{max-width:62rem;margin:0 auto;padding:0 clamp(1.1rem,4vw,3rem)}
    header{padding-top:clamp(2rem,6vw,4.5rem)}
    main{padding-bottom:3rem}
    h1,h2,h3,h4{line-height:1.25;text-wrap:balance;margin:0}
    h1{font-size:clamp(1.7rem,4.5vw,2.4rem);letter-spacing:-.015em;font-weight:650}
    h2{font-size:1.55rem;font-weight:650;letter-spacing:-.01em;margin:0 0 1rem}
    h3{font-size:1.15rem;font-weight:650;margin:2.5rem 0 .75rem}
    h4{font-size:1rem;margin:2rem 0 .5rem}
    section{padding-top:3.25rem}
    p,ul.points,ol.points{max-width:70ch;margin:0 0 1.1rem}
    h1+p{font-size:1.2rem;line-height:1.5;margin-top:1rem;color:var(--ink)}
    .lead{font-weight:650;margin-top:1.75rem}
    ul.points,ol.points{padding-left:1.4rem}
    .points li{margin:.35rem 0;padding-left:.2rem}
    ol.points{font-size:.9rem;color:var(--soft)}
    a{color:var(--accent);text-underline-offset:.18em}
    a:hover{text-decoration-thickness:.12em}
    :focus-visible{outline:.16rem solid var(--accent);outline-offset:.16rem;border-radius:.15rem}
    .skip{position:absolute;left:-200vw}
    .skip:focus{position:fixed;left:1rem;top:1rem;padding:.6rem 1rem;background:var(--paper);\
    border:1px solid var(--line)}
    dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,12rem),1fr));\
    gap:1rem 2rem;margin:2rem 0;padding:1.25rem 0 0;border-top:1px solid var(--line)}
    dt{font-size:.82rem;color:var(--soft);letter-spacing:.02em}
    dd{margin:0;font-variant-numeric:tabular-nums}
    .warning{border-left:.25rem solid var(--open);padding:.15rem 0 .15rem 1rem;margin:0 0 .6rem}
    .warning strong{color:var(--open)}
    nav h2{font-size:.82rem;font-weight:400;color:var(--soft);letter-spacing:.02em;margin:0 0 .5rem}
    nav{padding-top:1.5rem}
    nav ol{list-style:none;margin:0;padding:0}
    nav>ol{columns:3 15rem;column-gap:2.5rem;border-top:1px solid var(--line);padding-top:1rem}
    nav li{break-inside:avoid;margin:.2rem 0;line-height:1.45}
    nav ol ol{padding-left:1rem;font-size:.9rem;margin-bottom:.5rem}
    nav a{text-decoration:none}
    nav a:hover{text-decoration:underline}
    footer{color:var(--soft);font-size:.9rem;border-top:1px solid var(--line);margin-top:2rem;\
    padding-top:1.5rem;padding-bottom:3rem}

    """

  private static let figures = """
    figure{margin:2rem 0 2.75rem}
    figcaption{max-width:70ch;margin-bottom:.75rem}
    figcaption strong{display:block;font-weight:650}
    figcaption span{color:var(--soft)}
    .drawing svg{display:block;width:100%;max-width:45rem;height:auto}
    .drawing .tf-chart{--tf-paper:var(--paper);--tf-ink:var(--ink);--tf-soft:var(--soft);\
    --tf-grid:var(--line)}
    details{margin:.75rem 0}
    summary{cursor:pointer;color:var(--accent);width:fit-content;padding:.2rem 0}
    details[open]>summary{margin-bottom:.5rem}
    .command{max-width:none;background:var(--raised);border-radius:.35rem;padding:.6rem .9rem;\
    margin:.75rem 0}
    code{font:.86rem/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",\
    "Liberation Mono",monospace;white-space:pre-wrap}
    code span{display:inline-block;max-width:100%}

    """

  private static let tables = """
    .scroll{overflow-x:auto;margin:0 0 1.5rem}
    table{border-collapse:collapse;font-size:.94rem;line-height:1.45;min-width:min(100%,48rem);\
    font-variant-numeric:tabular-nums lining-nums}
    caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);\
    white-space:nowrap}
    th,td{text-align:left;vertical-align:baseline;font-weight:400;padding:.5rem 1.25rem .5rem 0;\
    border-bottom:1px solid var(--line)}
    th:last-child,td:last-child{padding-right:0}
    thead th{font-size:.87em;color:var(--soft);letter-spacing:.02em;white-space:nowrap;\
    border-bottom-color:var(--soft)}
    .number{text-align:right}
    tbody th{font-weight:500}
    .short{white-space:nowrap}
    .long{min-width:16rem;max-width:34rem}
    .detailed th,.detailed td{border-bottom:0;padding-bottom:.15rem}
    .detail td{padding-right:0}
    .detail p{position:sticky;left:0;color:var(--soft);margin:0;\
    max-width:min(76ch,calc(100vw - 2.2rem))}
    td.good,td.bad{font-weight:600}
    .good{color:var(--good)}
    .bad{color:var(--bad)}
    .open{color:var(--open);font-style:italic}
    .faint{color:var(--soft)}
    .good::before{content:"\\2713\\00a0";content:"\\2713\\00a0"/""}
    .bad::before{content:"\\2717\\00a0";content:"\\2717\\00a0"/""}
    .number::before{content:none}

    """

  private static let narrow = """
    @media (max-width:40rem){body{font-size:1rem}section{padding-top:2.5rem}\
    table{font-size:.75rem}th,td{padding-right:.4rem;overflow-wrap:break-word}\
    .short{white-space:normal}.number{white-space:nowrap}.long{min-width:9rem}}

    """

  /// The figures of every picture open, nothing that only a screen can use, and no page that ends under
  /// a heading.
  private static let print = """
    @page{margin:18mm 16mm}
    @media print{:root{color-scheme:light}
    body{font-size:10pt;line-height:1.45;background:none}
    header,nav,main,footer{max-width:none;padding-left:0;padding-right:0}
    header{padding-top:0}
    nav,.skip,figure summary{display:none}
    section{padding-top:1.5rem}
    h2,h3,h4,figcaption,.lead{break-after:avoid}
    .drawing,figcaption,tr,dl div,.warning,.command{break-inside:avoid}
    tr.detailed{break-after:avoid}
    thead{display:table-header-group}
    figure{margin:1rem 0 1.5rem}
    .drawing svg{max-width:10.5cm;max-height:18cm}
    figure details::details-content{content-visibility:visible;display:block;block-size:auto;opacity:1}
    .scroll{overflow:visible}
    .detail p{position:static;max-width:none}
    table{font-size:8pt;min-width:0;width:100%}
    th,td{padding-top:.2rem;padding-bottom:.2rem}
    .short,.long{white-space:normal;min-width:0}
    code{font-size:8pt}
    .command{background:none;border:1px solid var(--line)}
    a{color:inherit;text-decoration:none}}
    """
}
