using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Manifests;
using Bartizan.Daemon;
using Bartizan.Posture.Images;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan image scan</c>: judges a scanner's file as a start of the agent would.</summary>
internal static class ImageScanCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var file = new Argument<string?>("file")
        {
            Description = "What Trivy, Grype or Snyk wrote; what the manifest names when left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var manifest = new Option<string>("--manifest", "-m")
        {
            Description = "The agent's manifest: its image, and what it asks of a scan.",
            DefaultValueFactory = _ => ManifestFile.Default,
        };
        var json = new Option<bool>("--json") { Description = "Print JSON, with all findings over the threshold." };
        var command = new Command(
            "scan",
            "Says whether a scan of the manifest's image lets the agent run: of that very digest, not too old, nothing over the threshold. Example: bartizan image scan trivy.json"
        )
        {
            file,
            manifest,
            json,
        };
        command.SetAction(parsed => Judge(parsed.GetValue(file), parsed.GetValue(manifest)!, parsed.GetValue(json)));
        return command;
    }

    private static int Judge(string? file, string manifest, bool json)
    {
        var path = Path.GetFullPath(manifest);
        var load = ManifestFiles.Load(path);
        if (load.Manifest is null)
        {
            var first = load.Errors[0];
            return Screen.Error(ExitCode.Manifest, $"{first.Position}: {first.Message}", first.Hint);
        }

        var run = load.Manifest.Run ?? new RunSection();
        if (file is not null)
        {
            run = run with
            {
                Scan = (run.Scan ?? new ImageScanTerms { File = file }) with { File = Path.GetFullPath(file) },
            };
        }

        if (ImageJudgement.Of(run, Path.GetDirectoryName(path)!, TimeProvider.System.GetUtcNow()) is not { } judged)
        {
            return Screen.Error(
                ExitCode.Usage,
                "the manifest runs the agent in no image",
                "say `isolation: oci` and `image: NAME@sha256:…` in `run`"
            );
        }

        if (json)
        {
            Screen.Json(new JudgedScan(run.Image!, judged.Faults.IsEmpty, judged.Says, judged.Faults, judged.Failing));
        }
        else
        {
            Screen.Line($"{run.Image}: {judged.Says}", judged.Faults.IsEmpty ? Tone.Good : Tone.Bad);
            foreach (var fault in judged.Faults)
            {
                Screen.Line($"  {fault}");
            }
        }

        return judged.Faults.IsEmpty ? ExitCode.Done : ExitCode.No;
    }

    private sealed record JudgedScan(
        string Image,
        bool Passes,
        string Says,
        IReadOnlyList<string> Faults,
        IReadOnlyList<ImageFinding> Findings
    );
}
