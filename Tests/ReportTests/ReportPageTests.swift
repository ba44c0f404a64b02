import Foundation
import Testing

@testable import Report

@Suite("The report's page")
struct ReportPageTests {
  /// A whole, small result by hand; every text of it can be replaced.
  static func result(name: String = "BRA", words: String = "words") -> [String: Any] {
    let parameter: [String: Any] = [
      "name": "muscle/\(name)/max_isometric_force", "value": 945.2, "unit": "N",
      "prior_mean": 987.3, "prior_sd": 197, "sd": 20, "interval95": [906, 985],
      "status": "identified", "members": [words],
    ]
    let length: [String: Any] = [
      "name": "muscle/\(name)/optimal_fiber_length", "value": 0.082, "unit": "m",
      "prior_mean": 0.0858, "prior_sd": 0.017, "sd": 0.01, "interval95": [0.07, 0.1],
      "status": "unidentifiable",
    ]
    let score: [String: Any] = [
      "windows": 7, "rmse": 0.037, "correlation": 0.997, "rmse_prior_model": 0.107,
      "rmse_hold": 0.5, "rmse_constant_velocity": 0.8, "rmse_zero_activation": 1.3,
    ]
    let part: [String: Any] = [
      "windows": 7, "moving_windows": 7, "coordinates": [words: score],
    ]
    let rows = (0..<41).map { sin(0.1 * Double($0)) }
    return [
      "parameters": [parameter, length],
      "scale": ["label": "newtons", "anchor": words],
      "unidentified": ["muscle/\(name)/optimal_fiber_length against \(words)"],
      "fit": part, "held_out": part, "held_out_disjoint": part,
      "held_out_plan": ["duration": 1, "lead": 0.3],
      "predictions": [
        "total": 1,
        "windows": [
          [
            "recording": 0, "start": 22.5, "interval": 0.025,
            "coordinates": [
              words: ["measured": rows, "predicted": rows.map { $0 + 0.01 }, "prior_model": rows]
            ],
          ] as [String: Any]
        ],
      ],
      "residuals": [
        "ahead": [0.5, 1], "lags": [0, 0.5],
        "coordinates": [
          words: [
            "mean": 0.01, "sd": 0.02, "rmse_ahead": [0.01, 0.02],
            "rmse_ahead_prior_model": [0.02, 0.05], "counts": [1, 5, 1], "span": 0.1,
            "autocorrelation": [1, 0.2], "one_step_rmse": 0.001,
          ] as [String: Any]
        ],
      ],
      "identifiability": [
        "directions": [
          ["eigenvalue": 100, "weights": [1, 0]], ["eigenvalue": 0.1, "weights": [0, 1]],
        ] as [[String: Any]], "correlation": [1, -0.4, 1],
      ],
      "search": [
        "windows": 22, "evaluations": 4, "termination": "converged", "step": "gauss-newton",
        "mean_squared_residual": 0.9, "costs": [400, 20, -3, -3.1],
      ],
      "cross_check": [
        "max_angle_difference": 1e-4, "threshold": 5e-4, "max_jacobian_difference": 1e-4,
        "jacobian_threshold": 2e-3, "passed": true,
      ],
      "findings": [["code": words, "message": words, "evidence": words, "remedy": words]],
      "truth": [["name": "muscle/\(name)/max_isometric_force", "value": 944.3]],
      "session": [
        "subject": words, "model": words, "virtual": true,
        "emg": [["name": words, "muscles": [name], "channels": [words], "unusable_time": 1.5]],
        "angles": [["coordinate": words, "channel": words, "noise": 0.001]],
        "muscles": [["name": name, "moment_arms": [words: 0.02]]],
        "recordings": [
          [
            "file": words,
            "stretches": [
              [
                "start": 0, "end": 30, "held_out_from": 22.5,
                "payloads": [["start": 5, "end": 12, "mass": 2]],
              ] as [String: Any]
            ],
          ] as [String: Any]
        ],
      ],
      "versions": ["diffmsm": words, "result": 1],
      "configuration": ["file": words, "sha256": words],
      "recordings": [["file": words, "sha256": words]],
    ]
  }

  static func page(_ result: [String: Any], _ source: String = "r.json") throws -> ReportPage {
    ReportPage(
      result: try ResultDocument(json: JSONSerialization.data(withJSONObject: result)),
      source: source)
  }

  @Test("every section of a whole result is there, with its figures")
  func whole() throws {
    let page = try Self.page(Self.result())
    let html = page.html
    #expect(page.missing.isEmpty, "\(page.missing)")
    for anchor in [
      "summary", "parameters", "convergence", "prediction", "residuals", "identifiability",
      "cross-check", "protocol", "reproduction",
    ] { #expect(html.contains("<section id=\"\(anchor)\">"), "\(anchor)") }
    #expect(!html.contains("class=\"absent\""))
    #expect(html.contains("BRA is identified to 2.1 %"))
    #expect(html.contains("<strong>945</strong> <span class=\"pm\">± 20</span>"))
    #expect(html.contains("Forces are in newtons: words."))
    #expect(html.contains("2.12°") && html.contains("6.13°"))
    #expect(html.contains("GSL’s, confirms"))
    #expect(html.contains("diffmsm identify words --config words --output RESULT.json"))
    #expect(!html.contains("NaN") && !html.contains("inf\""))
  }

  @Test("the scale's label decides what is said about forces")
  func scale() throws {
    var result = Self.result()
    result["scale"] = ["label": "ratios-only", "anchor": "no payload was held"]
    let html = try Self.page(result).html
    #expect(html.contains("known as ratios to one another, not in newtons: no payload was held."))
    #expect(html.contains("as a ratio to the others"))
    result["cross_check"] = ["passed": false]
    #expect(try Self.page(result).html.contains("do not use these numbers"))
  }

  @Test(
    "names of a foreign file never become markup",
    arguments: [
      "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "'><img src=x onerror=alert(1)>",
      "</style><svg onload=alert(1)>", "</title></svg><iframe src=//x>", "\u{202E}gnp.exe",
      "$(reboot) `reboot` ; rm -rf /",
    ])
  func hostile(text: String) throws {
    let page = try Self.page(Self.result(name: text, words: text), text)
    let html = page.html
    // every tag of the page is one that the page writes itself, and no attribute is foreign
    let allowed: Set = [
      "html", "head", "meta", "title", "style", "body", "header", "p", "h1", "h2", "h3", "nav",
      "a", "main", "section", "div", "svg", "rect", "line", "circle", "path", "polyline", "polygon",
      "text", "tspan", "span", "strong", "em", "small", "code", "table", "thead", "tbody", "tr",
      "th", "td", "ul", "ol", "li", "figure", "figcaption", "aside", "pre", "br", "footer",
    ]
    for match in html.matches(of: /<(\/?)([A-Za-z!][^\s>\/]*)([^>]*)>/) {
      let tag = match.2.lowercased()
      #expect(allowed.contains(tag) || tag == "!doctype", "<\(match.2)")
      for attribute in match.3.matches(of: /([A-Za-z:-]+)="[^"]*"/) {
        #expect(!attribute.1.lowercased().hasPrefix("on"), "\(attribute.0)")
        #expect(attribute.1 != "src")
      }
    }
    #expect(html.components(separatedBy: "</style>").count == 2)
    #expect(!html.contains("\u{202E}"))
    // nothing may run or be loaded even if something slipped through
    #expect(html.contains("default-src 'none'; style-src 'unsafe-inline'"))
    if text.hasPrefix("$") { #expect(html.contains("identify &#39;$(reboot)")) }
  }

  @Test("each key that is missing leaves its section in place and is named")
  func missingKeys() throws {
    let whole = Self.result()
    for key in whole.keys where key != "truth" && !key.hasPrefix("held_out_") {
      var result = whole
      result[key] = nil
      let page = try Self.page(result)
      #expect(page.missing.contains { $0.contains(key) }, "\(key)")
      #expect(page.html.components(separatedBy: "<section id=").count == 10)
      #expect(page.html.contains("What is missing"))
    }
    let empty = try Self.page([:])
    #expect(empty.missing.count == 1 && empty.missing[0].contains("parameters, scale"))
    #expect(empty.html.components(separatedBy: "class=\"absent\"").count >= 9)
  }

  @Test("values of the wrong kind are as good as missing")
  func bent() throws {
    for wrong in ["text", -1, [1, 2], ["a": [["b": NSNull()]]], true, NSNull()] as [Any] {
      for key in Self.result().keys {
        var result = Self.result()
        result[key] = wrong
        let html = try Self.page(result).html
        #expect(html.components(separatedBy: "<section id=").count == 10, "\(key)")
      }
      var result = Self.result()
      result["parameters"] = [wrong, ["name": "x", "value": wrong, "prior_sd": wrong]]
      #expect(try Self.page(result).html.contains("Identified numbers"))
    }
  }

  @Test("what is no result at all is refused with its reason")
  func noResult() throws {
    for (text, reason) in [
      ("", "empty"), ("{\"parameters\": [", "cut short"), ("[1]", "no object"), ("\u{0}", "JSON"),
    ] {
      let error = try #require(throws: ReportInputError.self) {
        _ = try ResultDocument(json: Data(text.utf8))
      }
      #expect("\(error)".contains(reason), "\(error)")
    }
    let page = ReportPage(source: "x.json", problems: ["x.json cannot be read: it is empty"])
    #expect(page.html.contains("x.json cannot be read: it is empty"))
    #expect(page.html.components(separatedBy: "class=\"absent\"").count >= 9)
  }
}
