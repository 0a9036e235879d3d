using System.Diagnostics;

namespace Bartizan.Cli.Terminal;

/// <summary>
/// Puts the person's terminal into raw mode while an agent with a pty of its own is on the other end, and back on dispose.
/// Done by <c>stty</c>, which every Linux carries: the terminal itself never enters a sandbox.
/// </summary>
internal sealed class RawMode : IDisposable
{
    private readonly string _saved;

    private RawMode(string saved) => _saved = saved;

    /// <summary>Enters raw mode; null when stdin is no terminal or there is no <c>stty</c>.</summary>
    public static RawMode? Enter()
    {
        var saved = Stty("-g");
        return saved is { Length: > 0 } && Stty("raw", "-echo") is not null ? new RawMode(saved) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => Stty(_saved);

    private static string Device() =>
        File.ResolveLinkTarget("/proc/self/fd/0", returnFinalTarget: false)?.FullName ?? "/dev/tty";

    private static string? Stty(params string[] arguments)
    {
        try
        {
            // No stream of the child is the terminal: the runtime puts a terminal that a child had back to its own settings
            // when the child ends, which would undo the raw mode at once.
            using var stty = Process.Start(
                new ProcessStartInfo("stty", ["-F", Device(), .. arguments])
                {
                    UseShellExecute = false,
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            var output = stty.StandardOutput.ReadToEnd().Trim();
            stty.WaitForExit();
            return stty.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
