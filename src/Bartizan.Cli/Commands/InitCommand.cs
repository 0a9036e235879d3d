using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Manifests;
using Bartizan.Posture.Drafts;
using Bartizan.Posture.Inventory;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan init</c>: what an agent could reach today, and a manifest that allows little of it.</summary>
internal static class InitCommand
{
    private const string SchemaName = "agent.schema.json";

    private const int MaxNames = 5;

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var json = new Option<bool>("--json") { Description = "Print what was found as JSON; write nothing." };
        var command = new Command(
            "init",
            "Looks at what agents and credentials are on this machine and drafts a manifest, deny by default. Example: bartizan init"
        )
        {
            json,
        };
        command.SetAction(parsed =>
        {
            var folder = Environment.CurrentDirectory;
            var exposure = ExposureScan.Run(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
                folder,
                Environment.GetEnvironmentVariables().Keys.Cast<string>(),
                Environment.GetEnvironmentVariable("PATH") ?? ""
            );
            if (parsed.GetValue(json))
            {
                Screen.Json(exposure);
                return ExitCode.Done;
            }

            Print(exposure);
            if (File.Exists(ManifestFile.Default))
            {
                return Screen.Error(
                    ExitCode.Usage,
                    $"`{ManifestFile.Default}` is here already and was left alone",
                    "`bartizan check` explains it; move it away to have a new one drafted"
                );
            }

            File.WriteAllText(
                ManifestFile.Default,
                ManifestDraft.Write(exposure, Path.GetFileName(folder), Environment.UserName)
            );
            File.WriteAllText(SchemaName, ManifestSchema.Write());
            Screen.Line();
            Screen.Line($"wrote {ManifestFile.Default} and {SchemaName}; nothing else was changed");
            var key = exposure.Agents.FirstOrDefault()?.Client == "codex" ? "OPENAI_API_KEY" : "ANTHROPIC_API_KEY";
            var pin = ManifestDraft.Servers(exposure).IsEmpty
                ? ""
                : ", then bartizan pin to see what its servers offer";
            Screen.Line($"next: export {key} where you start it, then bartizan check{pin}, then bartizan run");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(Exposure exposure)
    {
        var nothing = "nothing";
        Screen.Table(
            ["WHAT AN AGENT CAN REACH", "TODAY", "WITH THE DRAFTED MANIFEST"],
            [
                Row("credential files", exposure.CredentialFiles, nothing),
                Row("static keys in variables", exposure.KeyVariables, "a session token; keys are put in outside"),
                Row("secret files in this folder", exposure.SecretFiles, "not in the sandbox"),
                ["hosts", "any", "the model's, through the gateway"],
                Row(
                    "MCP servers",
                    [.. exposure.Servers.Select(s => $"{s.Name} ({s.Place})")],
                    ManifestDraft.Servers(exposure) is { Length: > 0 } drafted
                        ? $"{string.Join(", ", drafted.Take(MaxNames))}{(drafted.Length > MaxNames ? " …" : "")}: each call is asked"
                        : "none"
                ),
                ["files it can change", "all of yours", "a staged copy of this folder; you apply"],
            ]
        );
        if (exposure.Truncated)
        {
            Screen.Note("this folder is very large: only its first files were looked at");
        }

        Screen.Line();
        Screen.Line(
            exposure.Agents.IsEmpty
                ? "no agent program was found on PATH: put yours into `run.command` of the draft"
                : $"agents here: {string.Join(", ", exposure.Agents.Select(a => a.Program))}"
        );
    }

    private static string[] Row(string what, IReadOnlyList<string> found, string with) =>
        [
            what,
            found.Count == 0
                ? "none found"
                : $"{found.Count}: {string.Join(", ", found.Take(MaxNames))}{(found.Count > MaxNames ? " …" : "")}",
            with,
        ];
}
