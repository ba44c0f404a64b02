/// What every page has: head, style, headings, links to its sections, and the footer.
struct PageFrame {
  /// One part of the page.
  struct Section {
    /// The fragment that links lead to.
    var anchor: String
    /// The heading.
    var title: String
    /// What follows it.
    var body: HTML
  }

  /// The page's heading.
  var heading: String
  /// The line below it.
  var subtitle: HTML
  /// What stands above all sections.
  var notices: HTML
  /// The sections, in order.
  var sections: [Section]

  /// The whole page.
  var html: String {
    let links = sections.map { section -> HTML in
      "<a href=\"#\(section.anchor)\">\(section.title)</a>"
    }
    let bodies = sections.map { section -> HTML in
      """
      <section id="\(section.anchor)">
      <h2>\(section.title)</h2>
      \(section.body)
      </section>
      """
    }
    let page: HTML = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(heading), DiffMSM report</title>
      <style>
      \(ReportPage.style)
      </style>
      </head>
      <body>
      <header>
      <p class="kicker">DiffMSM report</p>
      <h1>\(heading)</h1>
      <p class="source">\(subtitle)</p>
      <nav aria-label="Sections">\(HTML(links, separator: " "))</nav>
      </header>
      <main>
      \(notices)
      \(HTML(bodies))
      </main>
      <footer><p>For research use. Not a medical device and not safety-rated: the exoskeleton’s own limits \
      must stand.</p></footer>
      </body>
      </html>
      """
    return page.text
  }
}
