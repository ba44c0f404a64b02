import Testing

@testable import Report

@Suite("Pieces of a page")
struct HTMLTests {
  @Test("text is escaped wherever it is put, markup is not")
  func escaping() {
    let hostile = "<script>alert('x')</script>\" onload=\"&\u{202E}\u{0}"
    let html: HTML = "<a title=\"\(hostile)\">\(hostile)</a>"
    #expect(!html.text.contains("<script") && !html.text.contains("\" onload"))
    #expect(html.text.contains("&lt;script&gt;alert(&#39;x&#39;)"))
    #expect(html.text.contains("&amp;\u{FFFD}\u{FFFD}"))
    let inner: HTML = "<b>\("a<b")</b>"
    let outer: HTML = "<p>\(inner)</p>"
    #expect(outer.text == "<p><b>a&lt;b</b></p>")
  }

  @Test("numbers are written as SVG reads them")
  func numbers() {
    let html: HTML = "\(1.0) \(-0.001) \(2.345) \(100.0) \(Double.nan) \(-Double.infinity) \(7)"
    #expect(html.text == "1 0 2.35 100 0 0 7" || html.text == "1 0 2.34 100 0 0 7")
  }

  @Test("numbers for people keep the digits that their deviations leave")
  func figuresForPeople() {
    #expect(uncertain(636.97, 12.04) == ("637", "12"))
    #expect(uncertain(0.12474, 0.00352) == ("0.1247", "0.0035"))
    #expect(uncertain(-1.5, 0.25) == ("−1.50", "0.25"))
    #expect(uncertain(nil, 1) == ("–", "–") && uncertain(3, nil).deviation == "–")
    #expect(percent(0.0234) == "2.3 %" && percent(0.004) == "0.4 %" && percent(.nan) == "–")
    #expect(listed(["a"]) == "a" && listed(["a", "b", "c"]) == "a, b and c")
    #expect(unitText("kg*m^2") == "kg·m²" && unitText("1") == "")
  }

  @Test("ticks are round, inside, and told apart")
  func ticks() {
    let scale = Scale(0...1, from: 100, to: 0)
    #expect(scale.ticks(5).map(\.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(scale(0.25) == 75)
    #expect(Scale(-30...1250, from: 0, to: 1).ticks(4).map(\.label) == ["0", "500", "1000"])
    #expect(Scale([.nan, .infinity], from: 0, to: 1).range.contains(0.5))
    #expect(Scale([3, 3], from: 0, to: 1)(3) == 0.5)
  }
}
