using System.ComponentModel;
using System.Diagnostics;
using Bartizan.Core.Manifests;

namespace Bartizan.Cli.Commands;

/// <summary>Images in podman's store on this host. Nothing is fetched.</summary>
internal static class LocalImages
{
    /// <summary>How long podman may look in its store.</summary>
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(30);

    /// <summary>The name with the digest that the store has for it; null when it has none.</summary>
    public static string? Pin(string name)
    {
        var start = new ProcessStartInfo("podman", ["image", "inspect", "--format", "{{.Digest}}", "--", name])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            using var podman = Process.Start(start)!;
            var said = podman.StandardOutput.ReadToEndAsync();
            _ = podman.StandardError.ReadToEndAsync();
            if (!podman.WaitForExit(s_within))
            {
                podman.Kill();
                return null;
            }

            var pinned = $"{Untagged(name)}@{said.GetAwaiter().GetResult().Trim()}";
            return podman.ExitCode == 0 && ContainerImageName.Problem(pinned) is null ? pinned : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    // A colon after the last slash begins a tag; one before it a registry's port.
    private static string Untagged(string name)
    {
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[..colon] : name;
    }
}
