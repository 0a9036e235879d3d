using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Policies;
using Bartizan.Daemon;
using Bartizan.Posture.Images;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan image</c>: a minimal Dockerfile for an agent, and what scanners said of its image.</summary>
internal static class ImageCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var manifest = new Option<string>("--manifest", "-m")
        {
            Description = "The agent's manifest.",
            DefaultValueFactory = _ => ManifestFile.Default,
        };
        var from = new Option<string>("--base")
        {
            Description = "The base, `NAME@sha256:…`; without a digest it is looked up in podman's store.",
            Required = true,
        };
        var packages = new Option<string[]>("--package")
        {
            Description = "A package of the base's distribution with its version: NAME=VERSION. Repeat it.",
        };
        var has = new Option<string[]>("--has") { Description = "A program that the base has already. Repeat it." };
        var command = new Command(
            "image",
            "Prints a minimal Dockerfile for an agent: base by digest, packages by version, nobody's user, nothing of the host. Example: bartizan image --base docker.io/library/debian --package git=1:2.47.3-0+deb13u1 > Dockerfile"
        )
        {
            manifest,
            from,
            packages,
            has,
        };
        command.SetAction(parsed =>
            Write(
                parsed.GetValue(manifest)!,
                parsed.GetValue(from)!,
                parsed.GetValue(packages) ?? [],
                parsed.GetValue(has) ?? []
            )
        );
        command.Add(ImageScanCommand.Make());
        return command;
    }

    private static int Write(string file, string from, string[] packages, string[] has)
    {
        var load = ManifestFiles.Load(Path.GetFullPath(file));
        if (load.Manifest is not { } manifest)
        {
            var first = load.Errors[0];
            return Screen.Error(ExitCode.Manifest, $"{first.Position}: {first.Message}", first.Hint);
        }

        var pinned = from.Contains('@', StringComparison.Ordinal) ? from : LocalImages.Pin(from);
        if (pinned is null)
        {
            return Screen.Error(
                ExitCode.Usage,
                $"podman's store has no `{Screen.Printable(from)}` whose digest could be taken",
                "`podman pull` it, or write `NAME@sha256:…`"
            );
        }

        var named = packages.Select(package => package.Split('=')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var program in NeededPrograms.Of(manifest).Except(has, StringComparer.Ordinal))
        {
            var package = NeededPrograms.PackageOf(program);
            if (package is null || !named.Contains(package))
            {
                return Screen.Error(
                    ExitCode.Usage,
                    $"the manifest needs `{Screen.Printable(program)}`, and nothing says where the image has it from",
                    package is null
                        ? $"say `--has {Screen.Printable(program)}` when the base or a package of yours has it"
                        : $"say `--package {package}=VERSION` (`apt-cache policy {package}` in the base), or `--has {program}` when the base has it"
                );
            }
        }

        try
        {
            var recipe = new ImageRecipe
            {
                Base = pinned,
                Packages = [.. packages],
                Manifest = manifest,
                Policy = Policy.Compile(manifest).Digest.ToString(),
                Epoch = long.TryParse(
                    Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH"),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var epoch
                )
                    ? epoch
                    : ImageRecipe.UsualEpoch,
            };
            Console.Out.Write(recipe.Dockerfile());
            return ExitCode.Done;
        }
        catch (FormatException e)
        {
            return Screen.Error(ExitCode.Usage, e.Message, "pin bases by digest and packages by version");
        }
    }
}
