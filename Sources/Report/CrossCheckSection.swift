/// The independent integrator's opinion.
extension ReportPage {
  /// How far the two integrators are apart, as part of what would have failed.
  var crossCheck: HTML {
    guard let result, case .object = result.root["cross_check"] else {
      return absent("The second opinion", "cross_check")
    }
    let check = result.root["cross_check"]
    let passed = check["passed"].bool
    let gauges = [
      gauge(
        "Angles", check["max_angle_difference"].double, check["threshold"].double,
        text: { figures($0, 2) + " rad" }),
      gauge(
        "Derivatives", check["max_jacobian_difference"].double,
        check["jacobian_threshold"].double, text: { percent($0) }),
    ]
    let verdict =
      passed == true
      ? "The two agree." : passed == false ? "The two disagree: do not use these numbers." : ""
    return """
      <p>Every trajectory was integrated a second time, by GSL, from equations written separately. \(verdict)</p>
      <div class="row2">\(HTML(gauges))</div>
      """
  }

  private func gauge(
    _ name: String, _ value: Double?, _ limit: Double?, text: (Double?) -> String
  ) -> HTML {
    guard let value, let limit, limit > 0 else {
      return
        "<p class=\"absent\">\(name): not compared, or a trajectory could not be integrated.</p>"
    }
    let scale = Scale(0...1.25, from: 4, to: 396)
    let end = scale(min(value / limit, 1.25))
    return """
      <figure><figcaption>\(name): \(text(value)) at most; the limit is \(text(limit))</figcaption>
      <svg class="chart" viewBox="0 0 400 30" style="max-width:400px" role="img"><title>\(percent(value / limit)) of the limit</title>
      <rect class="band" x="4" y="8" width="392" height="10"/>
      <rect class="\(value <= limit ? "identified" : "untold")" x="4" y="8" width="\(max(end - 4, 1))" height="10"/>
      <line class="truth" x1="\(scale(1))" x2="\(scale(1))" y1="3" y2="23"/>
      <text class="tick end" x="\(scale(1) - 5)" y="29">limit</text></svg></figure>
      """
  }
}
