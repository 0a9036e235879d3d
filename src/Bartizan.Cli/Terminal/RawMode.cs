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

    private static string? Stty(params string[] arguments)
    {
        try
        {
            using var stty = Process.Start(
                new ProcessStartInfo("stty", arguments) { UseShellExecute = false, RedirectStandardOutput = true }
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
