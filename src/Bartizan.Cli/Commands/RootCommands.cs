using System.CommandLine;
using Bartizan.Cli.People;
using Bartizan.Cli.Providers;
using Bartizan.Cli.Reference;
using Bartizan.Cli.Vaults;

namespace Bartizan.Cli.Commands;

/// <summary>All commands of <c>bartizan</c>, in the order of the CLI reference.</summary>
internal static class RootCommands
{
    /// <summary>Builds the command tree.</summary>
    public static RootCommand Make()
    {
        var root = new RootCommand(
            "Deploys AI agents without handing them the keys. `bartizan demo` shows it; `bartizan init` drafts a manifest; `bartizan run -- claude` runs an agent. Example: bartizan demo"
        )
        {
            RunCommand.Make(),
            AttachCommand.Make(),
            ServeCommand.Make(),
            McpCommand.Make(),
            HookCommand.Make(),
            UpCommand.Make(),
            DownCommand.Make(),
            StatusCommand.Make(),
            SessionsCommand.Make(),
            SwitchCommand.Make(
                "pause",
                "Holds a session's new actions and freezes its processes.",
                (c, r, t) => c.PauseAsync(r, t)
            ),
            SwitchCommand.Make("resume", "Lets a paused session go on.", (c, r, t) => c.ResumeAsync(r, t)),
            SwitchCommand.Make(
                "kill",
                "Ends a session at once and verifies that nothing of it is left.",
                (c, r, t) => c.KillAsync(r, t)
            ),
            ApprovalsCommand.Make(),
            WorkspaceCommand.Make(),
            StoresCommand.Make(),
            VaultCommand.Make(),
            ProvidersCommand.Make(),
            IdentityCommand.Make(),
            PeopleCommand.Make(),
            TokenCommand.Make(),
            LogCommand.Make(),
            WitnessCommand.Make(),
            CheckCommand.Make(),
            PinCommand.Make(),
            ExplainCommand.Make(),
            NarrowerCommand.Make(),
            DecideCommand.Make(),
            TestCommand.Make(),
            ReplayCommand.Make(),
            DiffCommand.Make(),
            ImportCommand.Make(),
            ScanCommand.Make(),
            CalibrateCommand.Make(),
            GuardsCommand.Make(),
            PromptCommand.Make(),
            RedTeamCommand.Make(),
            InitCommand.Make(),
            DemoCommand.Make(),
            DemoCommand.MakeAgent(),
            SandboxCommand.Make(),
            ImageCommand.Make(),
            DoctorCommand.Make(),
            CompletionCommand.Make(),
        };
        CommandExamples? examples = null;
        root.Add(DocsCommand.Make(root, () => examples!));
        examples = CommandExamples.In(root);
        return root;
    }
}
