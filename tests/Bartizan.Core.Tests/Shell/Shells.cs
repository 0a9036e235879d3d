using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Core.Shell;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Shell;

/// <summary>A shell's surroundings, and short ways to what becomes of a script.</summary>
internal static class Shells
{
    private static readonly string[] _programs =
    [
        "ls",
        "cat",
        "grep",
        "git",
        "find",
        "sed",
        "tar",
        "curl",
        "wget",
        "npm",
        "npx",
        "yarn",
        "pnpm",
        "dotnet",
        "env",
        "xargs",
        "sudo",
        "doas",
        "timeout",
        "nice",
        "ionice",
        "nohup",
        "setsid",
        "stdbuf",
        "watch",
        "ssh",
        "scp",
        "rsync",
        "docker",
        "kubectl",
        "python3",
        "node",
        "perl",
        "sh",
        "bash",
        "dash",
        "rg",
        "head",
        "tail",
        "wc",
        "cp",
        "mv",
        "rm",
        "mkdir",
        "touch",
        "chmod",
        "sort",
        "man",
        "tee",
        "awk",
        "make",
        "jq",
        "echo",
        "gcloud",
        "id",
        "date",
        "flock",
        "gh",
        "busybox",
        "xxd",
        "ln",
    ];

    public static ShellPlaces Places { get; } =
        new() { Home = "/home/agent", FindProgram = name => _programs.Contains(name) ? [$"/usr/bin/{name}"] : [] };

    public static ShellActions Read(string script, string directory = "/workspace") =>
        ShellActions.Of(script, directory, Places);

    public static Decision Decide(string script, params ImmutableArray<string> rules) =>
        Decide(Read(script), Rules.Compile(rules));

    public static Decision Decide(ShellActions actions, Policy policy) =>
        actions.Decide(target => policy.Screen(target, Rules.Now));

    /// <summary>What a script does, in words: <c>exec</c>, <c>read</c>… A guess has a question mark, opacity is <c>opaque</c>.</summary>
    public static string[] Said(string script, string directory = "/workspace") =>
        [
            .. Read(script, directory)
                .Actions.Select(a =>
                    a.Target is ExecTarget { IsOpaque: true }
                        ? "opaque"
                        : $"{a.Target.Verb.ToString().ToLowerInvariant()} {a.Target.Text}{(a.IsGuess ? "?" : "")}"
                ),
        ];
}
