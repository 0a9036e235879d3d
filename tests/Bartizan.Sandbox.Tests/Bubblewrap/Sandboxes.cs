using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Bubblewrap;

/// <summary>Runs programs in real sandboxes. Tests that need one skip, with the reason, where the host can't give it.</summary>
internal static class Sandboxes
{
    public static BubblewrapBackend Backend { get; } = new(new BubblewrapOptions(), TimeProvider.System);

    public static SandboxPlan Plan(params string[] command) =>
        new()
        {
            Id = SessionId.New(),
            Command = [.. command],
            Limits = new Limits { MemoryBytes = 1L << 30, DiskBytes = 256L << 20 },
        };

    public static SandboxPlan Shell(string script) => Plan("/bin/bash", "-c", script);

    public static void Need()
    {
        var report = Backend.Probe();
        if (!report.CanIsolate)
        {
            Assert.Skip(string.Join(' ', report.Missing));
        }
    }

    public static async Task<ISandbox> StartAsync(SandboxPlan plan)
    {
        Need();
        var cancellation = TestContext.Current.CancellationToken;
        var sandbox = await Backend.PrepareAsync(plan, cancellation);
        await sandbox.CreateAsync(cancellation);
        if (plan.Network)
        {
            await sandbox.InjectAsync(cancellation);
        }

        await sandbox.StartAsync(cancellation);
        return sandbox;
    }

    public static async Task<Ran> RunAsync(SandboxPlan plan)
    {
        await using var sandbox = await StartAsync(plan);
        await sandbox.Input.DisposeAsync();
        return await FinishAsync(sandbox);
    }

    public static Task<Ran> RunAsync(string script) => RunAsync(Shell(script));

    public static async Task<Ran> FinishAsync(ISandbox sandbox)
    {
        using var output = new StreamReader(sandbox.Output, leaveOpen: true);
        using var error = new StreamReader(sandbox.Error, leaveOpen: true);
        var (read, errors) = (output.ReadToEndAsync(), error.ReadToEndAsync());
        await Task.WhenAll(read, errors);
        var exit = await sandbox.Exited;
        return new Ran(exit.Code, await read, await errors);
    }

    public static ImmutableArray<Mount> Workspace(string directory) =>
        [Mount.Writable(directory, SandboxPaths.Workspace, "workspace")];

    internal sealed record Ran(int Code, string Output, string Error)
    {
        public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
