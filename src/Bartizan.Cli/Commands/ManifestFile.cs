using Bartizan.Cli.Terminal;
using Bartizan.Core.Manifests;
using Bartizan.Daemon;

namespace Bartizan.Cli.Commands;

/// <summary>Loads the manifest a command names, or says what is wrong with it.</summary>
internal static class ManifestFile
{
    /// <summary>The manifest's name when none is given.</summary>
    public const string Default = "agent.yaml";

    /// <summary>Loads <paramref name="path"/>; null after its errors were printed.</summary>
    public static Manifest? Load(string path, out int code)
    {
        code = ExitCode.Manifest;
        var file = Path.GetFullPath(path);
        if (!File.Exists(file))
        {
            Screen.Error(
                code,
                $"there is no manifest `{path}`",
                path == Default ? "`bartizan init` drafts one; `-m FILE` names another" : "check the file's path"
            );
            return null;
        }

        var load = ManifestFiles.Load(file);
        if (load.Manifest is null)
        {
            Print(load);
            return null;
        }

        code = ExitCode.Done;
        return load.Manifest;
    }

    /// <summary>Prints every error of a load, each with its position and hint.</summary>
    public static void Print(ManifestLoad load)
    {
        foreach (var error in load.Errors)
        {
            Screen.Note($"error: {error.Position}: {error.Message}");
            if (error.Hint.Length > 0)
            {
                Screen.Note($"hint: {error.Hint}");
            }
        }
    }
}
