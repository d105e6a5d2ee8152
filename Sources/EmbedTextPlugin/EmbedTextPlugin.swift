import Foundation
import PackagePlugin

/// Embeds the `.json` files of a target's folder `Data` in its code; schemas only describe them.
@main
struct EmbedTextPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let folder = target.directoryURL.appending(path: "Data")
    let tool = try context.tool(named: "EmbedText")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return
      files
      .filter { $0.pathExtension == "json" && $0.deletingPathExtension().pathExtension.isEmpty }
      .sorted { $0.path < $1.path }
      .map { file in
        let name = file.deletingPathExtension().lastPathComponent
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedText+\(name).swift")
        return .buildCommand(
          displayName: "Embedding \(file.lastPathComponent)", executable: tool.url,
          arguments: [file.path, output.path], inputFiles: [file], outputFiles: [output])
      }
  }
}
