using System.ComponentModel;
using System.Diagnostics;

namespace Bartizan.Gateway.Egress.Git;

/// <summary>OpenSSH's programs, started with nothing of this process but three pipes.</summary>
internal static class SshPrograms
{
    /// <summary>Where the system keeps them; never a folder that somebody else's <c>PATH</c> names.</summary>
    private static readonly string[] Folders = ["/usr/bin", "/bin", "/usr/local/bin"];

    /// <summary>Starts one.</summary>
    /// <exception cref="SshUnusableException">When it isn't there, or can't be started.</exception>
    public static Process Start(string name, IEnumerable<string> words, params (string Name, string Value)[] variables)
    {
        var path =
            Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new SshUnusableException($"there is no `{name}` on this host: install OpenSSH's client");
        var start = new ProcessStartInfo(path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        foreach (var word in words)
        {
            start.ArgumentList.Add(word);
        }

        start.Environment.Clear();
        start.Environment["PATH"] = string.Join(':', Folders);
        start.Environment["LC_ALL"] = "C";

        // Nobody is there to be asked for a passphrase.
        start.Environment["SSH_ASKPASS_REQUIRE"] = "never";
        foreach (var (variable, value) in variables)
        {
            start.Environment[variable] = value;
        }

        try
        {
            return Process.Start(start) ?? throw new SshUnusableException($"`{name}` can't be started");
        }
        catch (Win32Exception e)
        {
            throw new SshUnusableException($"`{name}` can't be started: {e.Message}");
        }
    }

    /// <summary>Ends one at once; one that has ended is fine.</summary>
    public static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // Ended already.
        }
    }

    /// <summary>Ends one at once and closes its pipes, which it doesn't by itself where they were read from.</summary>
    public static void Close(Process process)
    {
        End(process);
        foreach (var pipe in (IDisposable[])[process.StandardInput, process.StandardOutput, process.StandardError])
        {
            try
            {
                pipe.Dispose();
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // What was still to be written has no reader.
            }
        }

        process.Dispose();
    }
}
