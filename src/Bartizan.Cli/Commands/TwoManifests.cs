using System.CommandLine;
using Bartizan.Core.Manifests;

namespace Bartizan.Cli.Commands;

/// <summary>The frame of a command that holds two manifests against each other.</summary>
internal static class TwoManifests
{
    /// <summary>Builds the command; it is called with each file's path and what stands in it, and with whether to print JSON.</summary>
    public static Command Make(
        string name,
        string description,
        (string First, string Second) files,
        Func<ParseResult, (string Path, Manifest Manifest), (string Path, Manifest Manifest), bool, int> compare
    )
    {
        var first = new Argument<string>("a") { Description = files.First };
        var second = new Argument<string>("b") { Description = files.Second };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(name, description) { first, second, json };
        command.SetAction(parsed =>
        {
            var (a, b) = (parsed.GetValue(first)!, parsed.GetValue(second)!);
            return ManifestFile.Load(a, out var code) is { } mine && ManifestFile.Load(b, out code) is { } theirs
                ? compare(parsed, (a, mine), (b, theirs), parsed.GetValue(json))
                : code;
        });
        return command;
    }
}
