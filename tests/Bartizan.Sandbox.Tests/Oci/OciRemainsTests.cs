using System.Diagnostics;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Oci;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Oci;

/// <summary>Whom a kill before the container is ready takes for the engine's own: somebody on the host may want to be taken for it.</summary>
[Collection(nameof(Alone))]
public sealed class OciRemainsTests : IDisposable
{
    private static readonly HostIds s_ids = new(1_200_000_001, 1_200_000_002);

    private readonly TemporaryDirectory _directory = new();
    private readonly List<Process> _started = [];

    [Theory]
    [InlineData(0, true)]
    [InlineData(65534, false)]
    public async Task Only_roots_own_is_taken_for_the_engines_monitor_and_names_containers(int user, bool isTaken)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "another user's process needs root");
        Assert.SkipUnless(File.Exists("/usr/bin/setpriv"), "setpriv is not installed");
        var session = SessionId.New();
        var container = Guid.NewGuid().ToString("n") + Guid.NewGuid().ToString("n");
        var remains = new OciRemains(session, s_ids);
        var monitor = await StartAsync(user, "conmon", "-n", ContainerEngine.NameOf(session), container);
        var runtime = await StartAsync(0, "crun", "start", container);
        var others = await StartAsync(user, "crun", "start", container);

        var left = remains.Look();

        left.Contains(monitor).ShouldBe(isTaken);
        left.Contains(runtime).ShouldBe(isTaken);
        left.Contains(others).ShouldBe(isTaken);
    }

    public void Dispose()
    {
        foreach (var one in _started)
        {
            one.Kill(entireProcessTree: true);
            one.WaitForExit();
            one.Dispose();
        }

        _directory.Dispose();
    }

    // A script of that name, which waits for its input: the name and the words are anybody's to choose.
    private async Task<int> StartAsync(int user, string name, params string[] words)
    {
        const UnixFileMode all = (UnixFileMode)0b111_101_101;
        var program = Path.Combine(_directory.Path, name);
        if (!File.Exists(program))
        {
            await File.WriteAllTextAsync(program, "#!/bin/sh\necho up\nread wait\n");
            File.SetUnixFileMode(program, all);
            File.SetUnixFileMode(_directory.Path, all);
        }

        string[] arguments = [$"--reuid={user}", $"--regid={user}", "--clear-groups", program, .. words];
        var started = Process.Start(
            new ProcessStartInfo("/usr/bin/setpriv", arguments)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        _started.Add(started);
        (await started.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("up");
        return started.Id;
    }
}
