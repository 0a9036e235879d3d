using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox;
using Bartizan.Sandbox.Views;

namespace Bartizan.Daemon.Workspaces;

/// <summary>
/// Runs a command on the result of an apply before it is applied: in a fresh sandbox without credentials and without a way
/// out, on a view that is thrown away.
/// </summary>
internal sealed class ResultCheck(StateDirectory state, IIsolationBackend backend, TimeProvider clock)
{
    /// <summary>Characters of the command's output that a person is shown when it fails.</summary>
    private const int MaxShown = 2000;

    /// <summary>Runs it; null when it succeeded, else what to tell the person.</summary>
    public async Task<string?> RunAsync(
        SessionId session,
        StagedWorkspace stage,
        ApplyOptions options,
        Manifest manifest,
        IReadOnlyList<string> command,
        CancellationToken cancellationToken
    )
    {
        var limits = manifest.Run?.Limits ?? new Limits();
        var policy = Policy.Compile(manifest);
        var result = Path.Combine(state.Session(session), "check");
        try
        {
            var (copy, _) = await stage
                .StageResultAsync(
                    new StageRequest
                    {
                        Source = stage.Source,
                        Folder = result,
                        Never = [state.Home],
                    },
                    target => policy.Screen(target, clock.GetUtcNow()),
                    options,
                    cancellationToken
                )
                .ConfigureAwait(false);
            var plan = new SandboxPlan
            {
                Id = SessionId.New(),
                Command = [.. command],
                Mounts = [Mount.Writable(copy.Tree, SandboxPaths.Workspace, "result to check")],
                Limits = limits,
                Network = false,
            };
            var sandbox = await backend.PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
            await using (sandbox.ConfigureAwait(false))
            {
                await sandbox.CreateAsync(cancellationToken).ConfigureAwait(false);
                await sandbox.StartAsync(cancellationToken).ConfigureAwait(false);
                await sandbox.Input.DisposeAsync().ConfigureAwait(false);
                var output = Task.WhenAll(ReadAsync(sandbox.Output), ReadAsync(sandbox.Error));
                var exit = await sandbox
                    .Exited.WaitAsync(limits.WallClock, clock, cancellationToken)
                    .ConfigureAwait(false);
                var said = string.Concat(await output.ConfigureAwait(false)).Trim();
                var words = said.Length == 0 ? [] : said.Split('\n').Select(Visible.Line);
                return exit.Code == 0
                    ? null
                    : string.Join('\n', [$"nothing was applied: the check ended with code {exit.Code}", .. words]);
            }
        }
        catch (TimeoutException)
        {
            return "nothing was applied: the check took longer than the manifest's wall clock";
        }
        catch (SandboxUnavailableException e)
        {
            return $"nothing was applied: {e.Message}";
        }
        finally
        {
            if (Directory.Exists(result))
            {
                StagedWorkspace.Open(result).Discard();
            }
        }
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        using var reader = new StreamReader(stream);
        var tail = "";
        var buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            tail += new string(buffer, 0, read);
            tail = tail.Length > MaxShown ? tail[^MaxShown..] : tail;
        }

        return tail;
    }
}
