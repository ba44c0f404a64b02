import Foundation
import TestSupport
import Testing

@testable import Musculoskeletal

/// Whole paths over surfaces.
@Suite struct WrappedPathTests {
  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func explore() throws {
    let limb = LimbModel(try arm26WithWraps())
    var state = LimbState(limb)
    let table = try columns(
      ofCSV: sharedData.appendingPathComponent("opensim/arm26_paths_wrapped.csv"))
    let shoulder = try #require(table["shoulder_elev"])
    let elbow = try #require(table["elbow_flex"])
    for (muscle, description) in limb.description.muscles.enumerated() {
      let name = description.name
      var worst = 0.0, worstArm = 0.0, sum = 0.0, worstRow = 0
      for row in shoulder.indices {
        limb.evaluate(
          q: [shoulder[row], elbow[row]], u: [0, 0], activations: Array(repeating: 0, count: 6),
          torque: [0, 0], payloadMass: 0, parameters: limb.nominalParameters, state: &state)
        let d = state.length[muscle] - table["\(name)_length"]![row]
        sum += d * d
        if abs(d) > worst { worst = abs(d); worstRow = row }
        let arms = limb.momentArms(state)
        worstArm = max(worstArm, abs(arms[muscle * 2 + 1] - table["\(name)_ma_elbow"]![row]), abs(arms[muscle * 2] - table["\(name)_ma_shoulder"]![row]))
        if row % 53 == 11, name.hasSuffix("long") { print(name, shoulder[row] * 180 / .pi, d * 1000, "mm arm", (arms[muscle * 2] - table["\(name)_ma_shoulder"]![row])*1000) }
      }
      print("ZZ", name, "max", worst, "rms", sqrt(sum / Double(shoulder.count)), "at", shoulder[worstRow] * 180 / .pi, elbow[worstRow] * 180 / .pi, "arm", worstArm)
    }
  }
}

extension WrappedPathTests {
  @Test func scan() throws {
    let limb = LimbModel(try arm26WithWraps())
    var state = LimbState(limb)
    let parameters = limb.nominalParameters
    let step = 0.1 * Double.pi / 180
    func evaluate(_ a: Double, _ b: Double) -> (length: [Double], arms: [Double]) {
      limb.evaluate(
        q: [a, b], u: [0, 0], activations: Array(repeating: 0, count: 6),
        torque: [0, 0], payloadMass: 0, parameters: parameters, state: &state, forDerivatives: false)
      return (state.length, limb.momentArms(state))
    }
    var worst = Array(repeating: 0.0, count: 6), place = worst, worstArm = worst, armPlace = worst, armJump = worst, jumpPlace = worst
    for b in [0.0, 0.5, 1.2, 2.26] {
      var last = evaluate(-Double.pi / 2, b)
      for k in 1...2700 {
        let a = -Double.pi / 2 + Double(k) * step
        let now = evaluate(a, b)
        let h = 1e-5
        let plus = evaluate(a + h, b), minus = evaluate(a - h, b)
        for m in 0..<6 {
          let jump = abs(now.length[m] - last.length[m] + 0.5 * step * (now.arms[2 * m] + last.arms[2 * m]))
          if jump > worst[m] { worst[m] = jump; place[m] = a * 180 / .pi }
          let e = abs((plus.length[m] - minus.length[m]) / (2 * h) + now.arms[2 * m])
          if e > 1e-7 && k % 1 == 0 { print("ARM", m, a * 180 / .pi, b, e) }
          if e > worstArm[m] { worstArm[m] = e; armPlace[m] = a * 180 / .pi }
          let j = abs(now.arms[2 * m] - last.arms[2 * m])
          if j > armJump[m] { armJump[m] = j; jumpPlace[m] = a * 180 / .pi }
        }
        last = now
      }
    }
    for m in 0..<6 { print("YY", limb.description.muscles[m].name, worst[m], place[m], "arm", worstArm[m], armPlace[m], "armjump", armJump[m], jumpPlace[m]) }
  }
}

extension WrappedPathTests {
  @Test func look() throws {
    let limb = LimbModel(try arm26WithWraps())
    var state = LimbState(limb)
    let path = limb.paths[0]
    for k in 0..<8 {
      let a = (114.6 + 0.05 * Double(k)) * .pi / 180
      limb.evaluate(
        q: [a, 0.5], u: [0, 0], activations: Array(repeating: 0, count: 6),
        torque: [0, 0], payloadMass: 0, parameters: limb.nominalParameters, state: &state, forDerivatives: false)
      let s = path.stretches[0]
      let start = limb.skeleton.position(s.start, link: s.startLink, state: state.skeleton)
      let end = limb.skeleton.position(s.end, link: s.endLink, state: state.skeleton)
      let pair = WrappedPair(path.surfaces, in: s.surfaces, from: start, to: end, state: state.skeleton)
      print("LL", a * 180 / .pi, pair.first ?? -1, pair.second ?? -1, pair.length, pair.start.touches, pair.end.touches, pair.start.length, pair.end.length)
      if let second = pair.second {
        let f = path.surfaces[second].frame(state.skeleton)
        func loc(_ v: Vector3) -> Vector3 { f.rotation.applyInverse(v - f.translation) }
        print("LL   P", loc(start), "X", loc(pair.between), "S", loc(end), "leave", loc(pair.end.leave), loc(pair.end.land))
      }
    }
    for k in 0..<20 {
      let a = (33.0 + 0.1 * Double(k)) * .pi / 180
      limb.evaluate(
        q: [a, 0.5], u: [0, 0], activations: Array(repeating: 0, count: 6),
        torque: [0, 0], payloadMass: 0, parameters: limb.nominalParameters, state: &state, forDerivatives: false)
      let path = limb.paths[3]
      for s in path.stretches where !s.surfaces.isEmpty {
      let start = limb.skeleton.position(s.start, link: s.startLink, state: state.skeleton)
      let end = limb.skeleton.position(s.end, link: s.endLink, state: state.skeleton)
      let pair = WrappedPair(path.surfaces, in: s.surfaces, from: start, to: end, state: state.skeleton)
        let f = path.surfaces[0].frame(state.skeleton)
        func loc(_ v: Vector3) -> Vector3 { f.rotation.applyInverse(v - f.translation) }
        print("LL", a * 180 / .pi, pair.first ?? -1, pair.length - (end-start).norm, -state.lengthGradient[limb.spans[3].lowerBound], "e", path.surfaces[0].surface.relativeSize(loc(start)))
      }
    }
  }
}
