import Configuration
import Foundation
import Identification
import Musculoskeletal
import TestSupport
import Testing

@Suite("Unknowns of a session")
struct SessionParametersTests {
  /// The small session with other lines under `identification.parameters`.
  private func session(_ lines: String, emg: String = "") throws -> TemporarySession {
    let session = try TemporarySession()
    session.write(
      session.text
        .replacing(
          "  parameters:\n    - { name: \"muscle/*/max_isometric_force\", prior_sd: 10 % }\n",
          with: lines + "\n"))
    return session
  }

  private func free(_ session: TemporarySession) throws -> [String: FreeParameter] {
    Dictionary(
      uniqueKeysWithValues: try session.read().identification.free.map { ($0.name, $0) })
  }

  @Test("every number of a muscle can be freed, pennation by an angle")
  func muscleNumbers() throws {
    let session = try session(
      """
        parameters:
          - { name: "muscle/*/activation_time_constant", prior_sd: 30 % }
          - { name: "muscle/*/deactivation_time_constant", prior_sd: 30 % }
          - { name: "muscle/*/tendon_strain_at_one_norm_force", prior_sd: 20 % }
          - { name: "muscle/TRIlat/pennation_angle_at_optimal", prior_sd: 3 deg }
      """)
    defer { session.remove() }
    let free = try free(session)
    #expect(free.count == 6 * 3 + 1)
    let pennation = try #require(free["muscle/TRIlat/pennation_angle_at_optimal"])
    #expect(!pennation.isLogarithmic && pennation.priorDeviation == 3 * .pi / 180)
    #expect(pennation.unit == "rad" && abs(pennation.base - 0.157079633) < 1e-8)
    let time = try #require(free["muscle/BIClong/activation_time_constant"])
    #expect(time.isLogarithmic && time.unit == "s" && time.base == 0.01)
    session.write(
      session.text.replacing("max_isometric_force\", prior_sd", with: "fiber_damping\", prior_sd"))
    #expect(
      session.problems == [
        "config/session.yaml:20:15: error: \"muscle/*/fiber_damping\" matches no parameter: the fibers have "
          + "no damping, and a factor on zero changes nothing; delete the entry, or give the model's muscles a "
          + "fiber_damping"
      ])
  }

  @Test("a whole distribution comes with its documented priors, and never with the factors")
  func fullInertia() throws {
    let lines = "  full_inertia: [r_ulna*]"
    let session = try session(lines)
    defer { session.remove() }
    let free = try free(session)
    #expect(free.count == 10)
    let name = "body/r_ulna_radius_hand/distribution/"
    #expect(free[name + "mass"]?.priorDeviation == 0.1)
    #expect(free[name + "radius_z"]?.priorDeviation == 0.15)
    let center = try #require(free[name + "center_y"])
    #expect(center.unit == "m" && !center.isLogarithmic)
    #expect(abs(center.base + 0.181479) < 1e-6)
    #expect(abs(center.priorDeviation - 0.0181479) < 1e-6)

    // an own prior for one of them
    session.write(
      session.text.replacing(
        "  parameters:\n    - { name: \"muscle/*/max_isometric_force\", prior_sd: 10 % }\n",
        with: lines
          + "\n  parameters: [{ name: \"body/*hand/distribution/center_y\", prior_sd: 3 mm }]\n"))
    let own = try session.read().identification.free
    #expect(own.count == 10)
    #expect(own.first { $0.name == name + "center_y" }?.priorDeviation == 0.003)

    session.write(
      session.text.replacing(
        "  parameters:\n    - { name: \"muscle/*/max_isometric_force\", prior_sd: 10 % }\n",
        with: lines + "\n  parameters: [{ name: \"body/*/mass\", prior_sd: 10 % }]\n"))
    #expect(
      session.problems == [
        "config/session.yaml:20:15: error: both the factors and the whole distribution are free of: "
          + "r_ulna_radius_hand; free body/NAME/mass, mass_center and inertia, or full_inertia, not both"
      ])
    session.write(
      session.text.replacing(
        "  parameters:\n    - { name: \"muscle/*/max_isometric_force\", prior_sd: 10 % }\n",
        with: "  full_inertia: [r_ulna]\n"))
    #expect(
      session.problems.first
        == "config/session.yaml:19:18: error: the model has no body \"r_ulna\"; did you mean "
        + "\"r_ulna_radius_hand\"?")
  }

  @Test("one unknown for several quantities: by name, and left with right")
  func shared() throws {
    let session = try session(
      """
        shared:
          - name: muscle/all/activation_time_constant
            parameters: ["muscle/*/activation_time_constant"]
          - name: muscle/triceps/max_isometric_force
            parameters: ["muscle/TRI*/max_isometric_force"]
        symmetric: [[long, short]]
        parameters:
          - { name: "muscle/*/activation_time_constant", prior_sd: 30 % }
          - { name: "muscle/*/max_isometric_force", prior_sd: 10 % }
          - { name: "muscle/*/optimal_fiber_length", prior_sd: 10 % }
      """)
    defer { session.remove() }
    let free = try free(session)
    let time = try #require(free["muscle/all/activation_time_constant"])
    #expect(time.targets == (0..<6).map { .muscle($0, .activationTimeConstant) })
    let triceps = try #require(free["muscle/triceps/max_isometric_force"])
    #expect(triceps.targets == (0..<3).map { .muscle($0, .maxIsometricForce) })
    #expect(abs(triceps.base - (798.52 + 624.3 + 624.3)) < 1e-9)
    // BIClong and BICshort stand for the two sides
    let biceps = try #require(free["muscle/BIClong+BICshort/optimal_fiber_length"])
    #expect(
      biceps.targets == [.muscle(3, .optimalFiberLength), .muscle(4, .optimalFiberLength)])
    #expect(free["muscle/BRA/max_isometric_force"] != nil)
    #expect(free.count == 1 + 3 + 5)

    // both move by the same factor
    let read = try session.read()
    let set = read.parameterSet
    var theta = set.priorMean
    let place = try #require(
      set.free.firstIndex { $0.name == "muscle/BIClong+BICshort/optimal_fiber_length" })
    theta[place] = 0.1
    let system = set.system(at: theta)
    for muscle in [3, 4] {
      let ratio =
        system.limb.muscles[muscle].optimalFiberLength
        / set.base.limb.muscles[muscle].optimalFiberLength
      #expect(abs(ratio - exp(0.1)) < 1e-12)
    }
  }

  @Test("what cannot be shared is told")
  func brokenSharing() throws {
    func problems(_ lines: String) throws -> [String] {
      let session = try session(
        lines
          + "\n  parameters: [{ name: \"muscle/*/max_isometric_force\", prior_sd: 10 % }]")
      defer { session.remove() }
      return session.problems
    }
    #expect(
      try problems(
        "  shared: [{ name: muscle/a/optimal_fiber_length, parameters: [\"muscle/BRA/*_length\"] }]"
      )
        == [
          "config/session.yaml:19:20: error: \"muscle/a/optimal_fiber_length\" would join quantities of "
            + "different kinds; share each kind under a name of its own"
        ])
    #expect(
      try problems(
        "  shared: [{ name: strength, parameters: [\"muscle/*/max_isometric_force\"] }]")
        == [
          "config/session.yaml:19:20: error: \"strength\" does not say what is shared; write it as "
            + "muscle/NAME/max_isometric_force"
        ])
    #expect(
      try problems("  symmetric: [[_r, _l]]")
        == [
          "config/session.yaml:19:15: error: no two names of muscles, bodies or coordinates differ only by "
            + "ending in \"_r\" and \"_l\"; write the endings that the model uses"
        ])
  }

  @Test("a muscle without EMG takes after others, its strength's prior inflated")
  func proxies() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let own = "    - { channel: board.EMG4, muscles: [BRA], mvc: 1 mV }\n"
    let proxy =
      "    - { muscles: [BRA], proxy: { BIClong: 0.5, TRIlong: 0.25 }, strength_sd: 40 % }\n"
    session.write(session.text.replacing(own, with: proxy))
    let read = try session.read()
    #expect(read.emg.count == 3)
    #expect(read.channelOfMuscle == [0, 1, 1, 2, 2, 2])
    #expect(
      read.drives[5]
        == MuscleDrive(
          shares: [
            MuscleDrive.Share(channel: 2, weight: 0.5), MuscleDrive.Share(channel: 0, weight: 0.25),
          ], deviation: 0.2))
    let free = Dictionary(uniqueKeysWithValues: read.identification.free.map { ($0.name, $0) })
    let strength = try #require(free["muscle/BRA/max_isometric_force"])
    #expect(abs(strength.priorDeviation - (0.4 * 0.4 + 0.1 * 0.1).squareRoot()) < 1e-12)
    #expect(free["muscle/BIClong/max_isometric_force"]?.priorDeviation == 0.1)

    // a strength shared with a muscle that has EMG is that muscle's
    session.write(
      session.text.replacing(own, with: proxy).replacing(
        "  parameters:\n",
        with: "  shared: [{ name: muscle/flexors/max_isometric_force, parameters: "
          + "[\"muscle/B*/max_isometric_force\"] }]\n  parameters:\n"))
    let shared = try session.read().identification.free
    #expect(shared.first { $0.name.contains("flexors") }?.priorDeviation == 0.1)

    session.write(
      session.text.replacing(
        own,
        with: "    - { channel: board.EMG4, muscles: [BRA], proxy: { BRA: 0.5, BICLONG: 1 } }\n"))
    #expect(
      session.problems == [
        "config/session.yaml:13:18: error: signals.emg[3] has both \"channel\" and \"proxy\"; a muscle with "
          + "EMG of its own needs no proxy; delete one of the two",
        "config/session.yaml:13:55: error: the muscle \"BRA\" has no EMG that could stand in for another; "
          + "name muscles that are listed under a channel",
        "config/session.yaml:13:65: error: the model has no muscle \"BICLONG\"; did you mean \"BIClong\"?",
      ])
  }

  @Test("what is known fades as the kind does, as the session says, or not")
  func processNoise() throws {
    let lines = """
        process_noise: usual
        parameters:
          - { name: "muscle/*/max_isometric_force", prior_sd: 20 % }
          - { name: "muscle/BRA/max_isometric_force", prior_sd: 20 %, process_noise: { sd: 5 %, time_constant: 30 min } }
          - { name: "muscle/TRIlat/max_isometric_force", prior_sd: 20 %, process_noise: none }
          - { name: "body/*/mass", prior_sd: 10 % }
          - { name: "emg/*/delay", prior_sd: 10 ms, process_noise: { sd: 1 ms, time_constant: 5 min } }
      """
    let stated = try session(lines)
    defer { stated.remove() }
    let all = try free(stated)
    #expect(
      all["muscle/BIClong/max_isometric_force"]?.processNoise
        == ProcessNoise(deviation: 0.1, timeConstant: 600))
    #expect(
      all["muscle/BRA/max_isometric_force"]?.processNoise
        == ProcessNoise(deviation: 0.05, timeConstant: 1800))
    #expect(all["muscle/TRIlat/max_isometric_force"]?.processNoise == nil)
    #expect(all["body/r_ulna_radius_hand/mass"]?.processNoise == nil)
    #expect(
      all["emg/BRA/delay"]?.processNoise == ProcessNoise(deviation: 0.001, timeConstant: 300))
    // a virtual subject never tires unless somebody says so
    let silent = try session(lines.replacing("  process_noise: usual\n", with: ""))
    defer { silent.remove() }
    let rest = try free(silent)
    #expect(rest["muscle/BIClong/max_isometric_force"]?.processNoise == nil)
    #expect(rest["muscle/BRA/max_isometric_force"]?.processNoise?.timeConstant == 1800)
    let wrong = try session(lines.replacing("time_constant: 30 min", with: "tau: 30 min"))
    defer { wrong.remove() }
    #expect(
      wrong.problems.contains {
        $0.contains("unknown key \"tau\" in identification.parameters[1].process_noise")
      },
      "\(wrong.problems)")
  }

  @Test("a real subject changes")
  func realSubject() throws {
    let session = try SessionFile.read(
      repository.appendingPathComponent("config/cyton-elbow.yaml").path)
    let free = session.identification.free
    #expect(
      free.contains { $0.isMaxIsometricForce && $0.processNoise?.timeConstant == 600 },
      "\(free.map(\.name))")
    let off = try SessionFile.read(
      repository.appendingPathComponent("config/cyton-elbow.yaml").path,
      settings: ["identification.process_noise=none"])
    #expect(off.identification.free.allSatisfy { $0.processNoise == nil })
  }

  @Test("noise levels are estimated for one-step errors, not for predictions")
  func estimateNoise() throws {
    let session = try session(
      "  estimate_noise: true\n  parameters: [{ name: \"muscle/*/max_isometric_force\", prior_sd: 10 % }]"
    )
    defer { session.remove() }
    #expect(try session.read().identification.estimatesNoise)
    let both = try self.session(
      "  estimate_noise: true\n  prediction: { error: 2 deg }\n  parameters: [{ name: \"muscle/*/max_isometric_force\", prior_sd: 10 % }]"
    )
    defer { both.remove() }
    #expect(
      both.problems.contains {
        $0.hasSuffix(
          "identification has both \"estimate_noise\" and \"prediction\", whose error is no sensor's; "
            + "delete one of the two")
      }, "\(both.problems)")
  }

  @Test("bounds are the literature's, the session's, or none")
  func bounds() throws {
    let session = try session(
      """
        parameters:
          - { name: "muscle/*/optimal_fiber_length", prior_sd: 20 % }
          - { name: "muscle/BRA/optimal_fiber_length", prior_sd: 20 %, bounds: [80 %, 120 %] }
          - { name: "muscle/TRIlat/optimal_fiber_length", prior_sd: 20 %, bounds: none }
          - { name: "emg/*/delay", prior_sd: 10 ms, bounds: [-20 ms, 40 ms] }
      """)
    defer { session.remove() }
    let free = try free(session)
    let usual = try #require(free["muscle/BIClong/optimal_fiber_length"]?.wall)
    #expect(usual == SoftWall(log(0.7)...log(1.4), width: 0.05))
    #expect(
      free["muscle/BRA/optimal_fiber_length"]?.wall == SoftWall(log(0.8)...log(1.2), width: 0.05))
    #expect(free["muscle/TRIlat/optimal_fiber_length"]?.wall == nil)
    let delay = try #require(free["emg/BRA/delay"]?.wall)
    #expect(delay.bounds == -0.02...0.04 && abs(delay.width - 0.003) < 1e-15)
    session.write(
      session.text.replacing("prior_sd: 10 %", with: "prior_sd: 10 %, bounds: [120 %, 80 %]"))
    #expect(
      session.problems == [
        "config/session.yaml:20:71: error: identification.parameters[0].bounds holds nothing; write the "
          + "smaller bound first"
      ])
  }
}
