import Configuration
import DeviceEmulation
import Devices
import Foundation

/// What the command line says.
struct Arguments {
  var devices: [String] = []
  var folder = "devices"
  var settings: [String: String] = [:]
  var script = ""
  var played = ""
  var isCold = false
  var isWaiting = false
  var twins = 0
  var child: [String] = []
}

/// Ends the program with a sentence.
func stop(_ sentence: String, code: Int32) -> Never {
  FileHandle.standardError.write(Data("usb-emulator: error: \(sentence)\n".utf8))
  exit(code)
}

let usage = """
  USAGE: usb-emulator --device NAME|FILE ... [--folder devices] [--script 2s:unplug,4s:replug]
                      [--set SETTING=CHOICE]
                      [--play FILE.csv] [--twins N] [--cold] [--wait] -- PROGRAM ARGUMENTS...

  Hosts the described devices as virtual USB devices and runs the program under them, unchanged.
  Faults apply to the first device. --twins adds devices with the same ids and other serials;
  --set chooses a setting of the devices, as in gain=12;
  --play sends the rows of a table that `diffmsm convert` made, instead of the test signal.
  --wait lets the script's time begin when the emulator gets SIGUSR1.
  --cold leaves the first device unplugged until the script plugs it in.
  """

func arguments() -> Arguments {
  var result = Arguments()
  var words = Array(CommandLine.arguments.dropFirst())
  if let split = words.firstIndex(of: "--") {
    result.child = Array(words[(split + 1)...])
    words = Array(words[..<split])
  }
  var index = 0
  func value() -> String {
    index += 1
    guard index < words.count else { stop("\(words[index - 1]) needs a value", code: EX_USAGE) }
    return words[index]
  }
  while index < words.count {
    switch words[index] {
    case "--device": result.devices.append(value())
    case "--folder": result.folder = value()
    case "--set":
      let parts = value().split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { stop("--set needs SETTING=CHOICE", code: EX_USAGE) }
      result.settings[parts[0]] = parts[1]
    case "--script": result.script = value()
    case "--play": result.played = value()
    case "--twins": result.twins = Int(value()) ?? 0
    case "--cold": result.isCold = true
    case "--wait": result.isWaiting = true
    case "--help", "-h":
      print(usage)
      exit(0)
    default: stop("unknown argument '\(words[index])'\n\(usage)", code: EX_USAGE)
    }
    index += 1
  }
  if result.devices.isEmpty || result.child.isEmpty {
    stop("nothing to do\n\(usage)", code: EX_USAGE)
  }
  return result
}

let command = arguments()
// this process tells of plugging through the preload library too, so it starts itself again under it
let loaded = ProcessInfo.processInfo.environment["LD_PRELOAD"] ?? ""
if !loaded.contains("libumockdev-preload") {
  setenv("LD_PRELOAD", loaded.isEmpty ? VirtualBus.preload : VirtualBus.preload + ":" + loaded, 1)
  var words = CommandLine.arguments.map { strdup($0) } + [nil]
  execv("/proc/self/exe", &words)
  stop("it cannot start itself again", code: EX_OSERR)
}

let script: FaultScript
let descriptions: [DeviceDescription]
do {
  script = try FaultScript(command.script)
  descriptions = try command.devices.map { name in
    let isPath = name.contains("/") || name.hasSuffix(".yaml")
    return try DeviceFile.read(
      isPath ? name : "\(command.folder)/\(name).yaml",
      settings: command.settings)
  }
} catch {
  stop("\(error)", code: EX_CONFIG)
}

var played: PlayedSignal?
do {
  if !command.played.isEmpty {
    played = try PlayedSignal(path: command.played, for: descriptions[0])
  }
} catch {
  stop("\(error)", code: EX_DATAERR)
}

let bus = VirtualBus()
var instruments: [VirtualInstrument] = []
for description in descriptions
  + [DeviceDescription](repeating: descriptions[0], count: command.twins)
{
  let port = instruments.count + 1
  instruments.append(
    VirtualInstrument(
      description, serial: "VIRTUAL\(port)", port: port, on: bus, played: port == 1 ? played : nil))
}
for (index, instrument) in instruments.enumerated() where index > 0 || !command.isCold {
  instrument.plug()
}

let target = instruments[0]
let steps = script.steps
let beginning = DispatchSemaphore(value: command.isWaiting ? 0 : 1)
Thread.detachNewThread {
  beginning.wait()
  let start = ProcessInfo.processInfo.systemUptime
  for step in steps {
    let wait = start + step.time - ProcessInfo.processInfo.systemUptime
    if wait > 0 { Thread.sleep(forTimeInterval: wait) }
    FileHandle.standardError.write(Data("emulator: \(step.time) s \(step.fault.rawValue)\n".utf8))
    target.apply(step.fault, amount: step.amount)
  }
}

// nothing is refused to root, so a program under root gives that right up when the script refuses something
var words = command.child
if geteuid() == 0, steps.contains(where: { $0.fault == .deny }) {
  let rights = "-dac_override,-dac_read_search"
  words = ["setpriv", "--inh-caps=\(rights)", "--bounding-set=\(rights)"] + words
}
var process = pid_t()
var strings = words.map { strdup($0) } + [nil]
let failure = posix_spawnp(&process, words[0], nil, nil, &strings, environ)
guard failure == 0 else { stop("\(words[0]): \(String(cString: strerror(failure)))", code: 127) }
let child = process
var keptSources: [any DispatchSourceSignal] = []
for number in [SIGINT, SIGTERM, SIGHUP] {
  signal(number, SIG_IGN)
  let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
  source.setEventHandler { kill(child, number) }
  source.activate()
  keptSources.append(source)
}
signal(SIGUSR1, SIG_IGN)
let starter = DispatchSource.makeSignalSource(signal: SIGUSR1, queue: .global())
starter.setEventHandler { beginning.signal() }
starter.activate()
keptSources.append(starter)
var status: Int32 = 0
while waitpid(child, &status, 0) < 0 && errno == EINTR {}
for instrument in instruments { instrument.end() }
bus.close()
let tally = target.tally
let summary =
  "emulator: sent \(tally.sent), starts \(tally.starts), corrupted \(tally.corrupted), "
  + "dropped \(tally.dropped), duplicated \(tally.duplicated), shortened \(tally.shortened), "
  + "lengthened \(tally.lengthened), skipped \(tally.skipped), overflows \(target.overflows)\n"
FileHandle.standardError.write(Data(summary.utf8))
exit(status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F))
