using System.Diagnostics;

namespace Bartizan.Console.Tests;

/// <summary>axe-core of npm, at one version, fetched once into a folder that no commit holds.</summary>
internal static class Axe
{
    private const string Version = "4.14.1";
    private static readonly TimeSpan s_within = TimeSpan.FromMinutes(1);
    private static readonly Lazy<Task<string?>> s_source = new(FetchAsync);

    /// <summary>Its source; null where npm can't fetch it.</summary>
    public static Task<string?> SourceAsync() => s_source.Value;

    private static async Task<string?> FetchAsync()
    {
        var folder = Path.Combine(Root(), "artifacts", $"axe-core-{Version}");
        var file = Path.Combine(folder, "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(file) && !await InstallAsync(folder))
        {
            return null;
        }

        return await File.ReadAllTextAsync(file);
    }

    private static async Task<bool> InstallAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            using var npm = Process.Start(
                new ProcessStartInfo(
                    "npm",
                    [
                        "install",
                        "--prefix",
                        folder,
                        "--no-audit",
                        "--no-fund",
                        "--ignore-scripts",
                        $"axe-core@{Version}",
                    ]
                )
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            using var limit = new CancellationTokenSource(s_within);
            _ = npm.StandardOutput.ReadToEndAsync(limit.Token);
            _ = npm.StandardError.ReadToEndAsync(limit.Token);
            await npm.WaitForExitAsync(limit.Token);
            return npm.ExitCode == 0;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or OperationCanceledException)
        {
            return false;
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Bartizan.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("there is no repository above the test");
        }

        return folder.FullName;
    }
}
