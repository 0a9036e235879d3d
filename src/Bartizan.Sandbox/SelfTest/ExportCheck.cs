using Bartizan.Core.Enforcement;
using Bartizan.Sandbox.Views;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>
/// H03: what the host reads of a workspace that an agent has laid traps in. The agent plants them, from inside; the host then
/// computes the diff and applies it, with rules that allow everything, so that nothing but the reader itself holds.
/// </summary>
internal sealed class ExportCheck(IIsolationBackend backend, EscapeTestOptions options, HostCanaries canaries)
{
    private const string Id = "H03";
    private const string Layer = "workspace export";
    private const string Planted = "plain";

    /// <summary>Far fewer than the planted crowd, so that the bound is met in no time.</summary>
    private static readonly ViewLimits Tight = new() { Entries = 500 };

    /// <summary>Plants, reads, applies.</summary>
    public async Task<Attempt> RunAsync(CancellationToken cancellationToken)
    {
        var shadow = File.Exists("/etc/shadow") && Environment.IsPrivilegedProcess;
        var (traps, applied) = await ApplyAsync(cancellationToken).ConfigureAwait(false);
        var bounded = await BoundAsync(cancellationToken).ConfigureAwait(false);
        var holds = traps.Count == 0 && bounded;
        return new Attempt
        {
            Id = Id,
            Layer = Layer,
            Observed =
                traps.Count > 0 ? "on the host now: " + string.Join(", ", traps)
                : bounded ? "no link, no node, nothing from outside; a crowd of files is not applied"
                : "a tree beyond the limits was taken as complete",
            Control = applied ? "an ordinary file is applied" : "an ordinary file is not applied",
            Result =
                !holds ? AttemptResult.Open
                : applied ? AttemptResult.Blocked
                : AttemptResult.Inconclusive,
            Reason = holds && !shadow ? "this user can't read `/etc/shadow`, so the canary stands for it" : null,
        };
    }

    private async Task<(List<string> Traps, bool Applied)> ApplyAsync(CancellationToken cancellationToken)
    {
        var (stage, source) = await PlantAsync("shallow", new ViewLimits(), [], cancellationToken)
            .ConfigureAwait(false);
        try
        {
            var all = new ApplyOptions { Judge = static _ => Allow };
            await stage.ApplyAsync(all, cancellationToken).ConfigureAwait(false);
            return (Traps(source), File.Exists(Path.Combine(source, Planted)));
        }
        finally
        {
            stage.Discard();
        }
    }

    private async Task<bool> BoundAsync(CancellationToken cancellationToken)
    {
        var (stage, _) = await PlantAsync("deep", Tight, ["deep"], cancellationToken).ConfigureAwait(false);
        try
        {
            return !(await stage.DiffAsync(cancellationToken).ConfigureAwait(false)).Complete;
        }
        finally
        {
            stage.Discard();
        }
    }

    private static Decision Allow { get; } = new() { Effect = Effect.Allow, Reason = "self-test" };

    private async Task<(StagedWorkspace Stage, string Source)> PlantAsync(
        string name,
        ViewLimits limits,
        string[] more,
        CancellationToken cancellationToken
    )
    {
        var source = Directory.CreateDirectory(Path.Combine(canaries.Scratch, "source-" + name)).FullName;
        var request = new StageRequest
        {
            Source = source,
            Folder = Path.Combine(canaries.Scratch, "stage-" + name),
            Limits = limits,
        };
        var stage = await StagedWorkspace
            .CreateAsync(request, static _ => Allow, null, cancellationToken)
            .ConfigureAwait(false);
        string[] arguments = ["plant", SandboxPaths.Workspace, canaries.CanaryFile, .. more];
        var plan = ProbeRun.Plan(options, stage.Tree, new byte[] { 0 }, arguments);
        var sandbox = await backend.PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
        await using var _ = sandbox.ConfigureAwait(false);
        await sandbox.CreateAsync(cancellationToken).ConfigureAwait(false);
        using var listeners = await sandbox.InjectAsync(cancellationToken).ConfigureAwait(false);
        await sandbox.StartAsync(cancellationToken).ConfigureAwait(false);
        await ProbeRun.ReadToEndAsync(sandbox, cancellationToken).ConfigureAwait(false);
        return (stage, source);
    }

    // A link that leads out of the workspace, a node that is no file, a file whose content is the canary's.
    private List<string> Traps(string source)
    {
        var traps = new List<string>();
        foreach (var entry in new DirectoryInfo(source).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            var shown = Visible.Text(entry.Name);
            if (entry.LinkTarget is { } target)
            {
                var leads = Path.GetFullPath(target, Path.GetDirectoryName(entry.FullName)!);
                if (!leads.StartsWith(source + "/", StringComparison.Ordinal))
                {
                    traps.Add("link " + shown);
                }
            }
            else if (entry is FileInfo file)
            {
                var mode = File.GetUnixFileMode(file.FullName);
                var privileged = mode.HasFlag(UnixFileMode.SetUser) || mode.HasFlag(UnixFileMode.SetGroup);
                if (privileged || file.Attributes.HasFlag(FileAttributes.Device))
                {
                    traps.Add("node " + shown);
                }
                else if (
                    file.Length is > 0 and < 4096
                    && File.ReadAllText(file.FullName).Contains(canaries.Mark, StringComparison.Ordinal)
                )
                {
                    traps.Add("content of the host in " + shown);
                }
            }
        }

        return traps;
    }
}
