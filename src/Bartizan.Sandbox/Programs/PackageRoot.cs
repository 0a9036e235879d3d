using System.Text.Json;

namespace Bartizan.Sandbox.Programs;

/// <summary>The folder that a program needs around itself, and what it is called.</summary>
/// <param name="Path">A real folder, or the program's file alone.</param>
/// <param name="Name">The package's name and version; empty when it has none.</param>
internal sealed record PackageRoot(string Path, string Name)
{
    /// <summary>How far up a prefix or a virtual environment is looked for.</summary>
    private const int MaxLevels = 12;

    /// <summary>A package.json larger than this is no package's own.</summary>
    private const int MaxPackageBytes = 1 << 20;

    /// <summary>
    /// The least folder that lets the program at a real path run. In this order: Nix store, npm package or node_modules tree, virtual
    /// environment, pyenv, prefix of node or Python, .NET installation or application, a product below /opt, the file alone.
    /// </summary>
    public static PackageRoot Of(string real)
    {
        if (real.StartsWith("/nix/store/", StringComparison.Ordinal))
        {
            return new PackageRoot("/nix/store", "nix");
        }

        return OfNodeModules(real)
            ?? OfAncestor(real)
            ?? OfDotnetApplication(real)
            ?? OfProduct(real)
            ?? new PackageRoot(real, "");
    }

    private static PackageRoot? OfNodeModules(string real)
    {
        const string marker = "/node_modules/";
        var first = real.IndexOf(marker, StringComparison.Ordinal);
        if (first < 0)
        {
            return null;
        }

        var tree = real[..(first + marker.Length - 1)];
        var segments = real[(tree.Length + 1)..].Split('/');
        var package =
            segments[0].StartsWith('@') && segments.Length > 1
                ? $"{tree}/{segments[0]}/{segments[1]}"
                : $"{tree}/{segments[0]}";
        var name = PackageName(package);

        // In a global prefix each package carries what it needs; in a project's tree its needs stand beside it.
        return new PackageRoot(tree.EndsWith("/lib/node_modules", StringComparison.Ordinal) ? package : tree, name);
    }

    private static PackageRoot? OfAncestor(string real)
    {
        var folder = System.IO.Path.GetDirectoryName(real);
        for (var level = 0; level < MaxLevels && folder is { Length: > 1 }; level++)
        {
            if (File.Exists(System.IO.Path.Combine(folder, "pyvenv.cfg")))
            {
                return new PackageRoot(folder, $"virtual environment {System.IO.Path.GetFileName(folder)}");
            }

            if (real.StartsWith(folder + "/shims/", StringComparison.Ordinal) && Directory.Exists(folder + "/versions"))
            {
                return new PackageRoot(folder, System.IO.Path.GetFileName(folder).TrimStart('.'));
            }

            if (Directory.Exists(System.IO.Path.Combine(folder, "host", "fxr")))
            {
                return new PackageRoot(folder, ".NET");
            }

            if (level > 0 && real == $"{folder}/bin/{System.IO.Path.GetFileName(real)}" && IsPrefix(folder))
            {
                return new PackageRoot(folder, "");
            }

            if (folder.EndsWith("/.dotnet/tools", StringComparison.Ordinal))
            {
                return new PackageRoot(folder, ".NET tool");
            }

            folder = System.IO.Path.GetDirectoryName(folder);
        }

        return null;
    }

    /// <summary>A tree made for one runtime: its own node with npm, or a Python with its library.</summary>
    private static bool IsPrefix(string folder) =>
        File.Exists(folder + "/include/node/node.h")
        || (File.Exists(folder + "/bin/node") && Directory.Exists(folder + "/lib/node_modules/npm"))
        || (
            Directory.Exists(folder + "/lib")
            && Directory
                .EnumerateDirectories(folder + "/lib", "python3*")
                .Any(library => File.Exists(library + "/os.py"))
        );

    private static PackageRoot? OfDotnetApplication(string real)
    {
        var name = real.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? real[..^4] : real;
        return File.Exists(name + ".runtimeconfig.json") || File.Exists(name + ".dll")
            ? new PackageRoot(System.IO.Path.GetDirectoryName(real)!, "")
            : null;
    }

    private static PackageRoot? OfProduct(string real)
    {
        const string products = "/opt/";
        const string homebrew = "/home/linuxbrew/.linuxbrew";
        if (HostPaths.IsBelow(real, homebrew))
        {
            return new PackageRoot(homebrew, "Homebrew");
        }

        if (!real.StartsWith(products, StringComparison.Ordinal))
        {
            return null;
        }

        var end = real.IndexOf('/', products.Length);
        return end < 0 ? null : new PackageRoot(real[..end], real[products.Length..end]);
    }

    private static string PackageName(string folder)
    {
        try
        {
            var file = new FileInfo(System.IO.Path.Combine(folder, "package.json"));
            if (!file.Exists || file.Length > MaxPackageBytes)
            {
                return "";
            }

            using var json = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            var name = json.RootElement.GetProperty("name").GetString();
            return json.RootElement.TryGetProperty("version", out var version)
                ? $"{name} {version.GetString()}"
                : $"{name}";
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
            )
        {
            return "";
        }
    }
}
