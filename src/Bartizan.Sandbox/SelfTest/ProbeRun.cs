using System.Diagnostics;
using System.Globalization;
using System.Text;
using Bartizan.Core.Sessions;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>One start of the probe applet, inside a sandbox or outside, and what it wrote.</summary>
public static class ProbeRun
{
    /// <summary>Where the applet is inside.</summary>
    public const string Applet = "/opt/bartizan-probe/applet";

    /// <summary>Where its settings or its script are inside.</summary>
    public const string Settings = "/opt/bartizan-probe/settings";

    /// <summary>Output beyond this is cut: what is attacked writes it.</summary>
    private const int MaxOutputBytes = 8 << 20;

    /// <summary>The plan of a sandbox that runs the applet as its agent.</summary>
    /// <param name="options">The self-test's options.</param>
    /// <param name="stage">The host directory that is the workspace.</param>
    /// <param name="settings">What <see cref="Settings"/> shall hold.</param>
    /// <param name="arguments">The applet's arguments.</param>
    public static SandboxPlan Plan(
        EscapeTestOptions options,
        string stage,
        ReadOnlyMemory<byte> settings,
        params ReadOnlySpan<string> arguments
    ) =>
        new()
        {
            Id = SessionId.New(),
            Command = [Applet, "probe", .. arguments],
            Limits = options.Limits,
            Mounts =
            [
                Mount.Writable(stage, SandboxPaths.Workspace, "workspace"),
                Mount.ReadOnly(options.HelperPath, Applet, "self-test"),
                Mount.File(Settings, settings, "self-test"),
            ],
        };

    /// <summary>Runs a started sandbox to its end and returns what it wrote; its error output when it wrote nothing.</summary>
    public static async Task<string> ReadToEndAsync(ISandbox sandbox, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        var errors = ReadAsync(sandbox.Error, cancellationToken);
        var output = await ReadAsync(sandbox.Output, cancellationToken).ConfigureAwait(false);
        var exit = await sandbox.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
        return output.Length > 0
            ? output
            : throw new SandboxUnavailableException(
                $"the probe wrote nothing and ended with {exit.Code}: {await errors.ConfigureAwait(false)}"
            );
    }

    // The last argument is never read: it is what a careless launch would show of the host in a command line.
    internal static Task<string> OutsideAsync(
        EscapeTestOptions options,
        string settingsPath,
        string hostPath,
        CancellationToken cancellationToken
    ) => ReadAsync(options, ["control", settingsPath, hostPath], cancellationToken);

    /// <summary>Makes a user namespace below that of a process, or below this one's for 0; returns what came of it.</summary>
    internal static async Task<string> NestAsync(
        EscapeTestOptions options,
        int process,
        CancellationToken cancellationToken
    ) =>
        (
            await ReadAsync(options, ["nest", process.ToString(CultureInfo.InvariantCulture)], cancellationToken)
                .ConfigureAwait(false)
        ).Trim();

    private static async Task<string> ReadAsync(
        EscapeTestOptions options,
        string[] arguments,
        CancellationToken cancellationToken
    )
    {
        var start = new ProcessStartInfo(options.HelperPath, ["probe", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new IOException("the helper could not be started");
        try
        {
            process.StandardInput.Close();
            return await ReadAsync(process.StandardOutput.BaseStream, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var text = new MemoryStream();
        var buffer = new byte[16384];
        int read;
        while (
            text.Length < MaxOutputBytes
            && (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0
        )
        {
            text.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
