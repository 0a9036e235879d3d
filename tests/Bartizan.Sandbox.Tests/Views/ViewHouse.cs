using System.Diagnostics;
using Bartizan.Core.Enforcement;
using Bartizan.Sandbox.Views;

namespace Bartizan.Sandbox.Tests.Views;

/// <summary>A workspace on disk, a stage beside it, and a judge made of simple prefixes.</summary>
internal sealed class ViewHouse : IDisposable
{
    private int _stages;

    public ViewHouse()
    {
        Root = Directory.CreateTempSubdirectory("bartizan-view-").FullName;
        Workspace = Path.Combine(Root, "work");
        Directory.CreateDirectory(Workspace);
    }

    public string Root { get; }

    public string Workspace { get; }

    public List<string> AskedFor { get; } = [];

    public static Decision AllowAll(FileTarget target) => new() { Effect = Effect.Allow };

    /// <summary>Allows all but what <paramref name="denied"/> picks by its anchored name.</summary>
    public static FileJudge Deny(Func<string, bool> denied) =>
        target => target.Names.Any(denied) ? Denied : new Decision { Effect = Effect.Allow };

    /// <summary>Allows only what <paramref name="allowed"/> picks; the rest no rule mentions.</summary>
    public static FileJudge Only(Func<string, bool> allowed) =>
        target =>
            target.Names.Where(n => n.StartsWith("workspace", StringComparison.Ordinal)).All(allowed)
                ? new Decision { Effect = Effect.Allow }
                : default;

    public static Decision Denied =>
        new()
        {
            Effect = Effect.Deny,
            Reason = "a rule denies it",
            Rules = [new RuleReference("manifest", "deny: read x", "test", "agent.yaml:1:1")],
        };

    public string Write(string path, string content)
    {
        var full = Path.Combine(Workspace, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        return full;
    }

    public string Read(string path) => File.ReadAllText(Path.Combine(Workspace, path));

    public bool Has(string path) => Path.Exists(Path.Combine(Workspace, path));

    public Task<StagedWorkspace> StageAsync(
        FileJudge? judge = null,
        ViewLimits? limits = null,
        UnixOwner? owner = null
    ) =>
        StagedWorkspace.CreateAsync(
            new StageRequest
            {
                Source = Workspace,
                Folder = Path.Combine(Root, $"stage{_stages++}"),
                Limits = limits ?? new ViewLimits(),
                Owner = owner,
            },
            judge ?? AllowAll,
            null,
            TestContext.Current.CancellationToken
        );

    public static Task<WorkspaceDiff> DiffAsync(StagedWorkspace stage) =>
        stage.DiffAsync(TestContext.Current.CancellationToken);

    public static Task<ApplyResult> ApplyAsync(
        StagedWorkspace stage,
        FileJudge? judge = null,
        ChangeConfirmation? confirm = null
    ) =>
        stage.ApplyAsync(
            new ApplyOptions { Judge = judge ?? AllowAll, Confirm = confirm },
            TestContext.Current.CancellationToken
        );

    /// <summary>Does what an agent would do in its sandbox, by a shell in the staged tree.</summary>
    public static async Task AgentAsync(StagedWorkspace stage, string script)
    {
        using var shell = Process.Start(
            new ProcessStartInfo("/bin/bash", ["-euc", script])
            {
                WorkingDirectory = stage.Tree,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var errors = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        shell.ExitCode.ShouldBe(0, errors);
    }

    public void Dispose()
    {
        using var removal = Process.Start("/bin/rm", ["-rf", "--", Root]);
        removal.WaitForExit();
    }
}
