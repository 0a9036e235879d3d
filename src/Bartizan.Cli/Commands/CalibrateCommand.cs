using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Bartizan.Cli.Terminal;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Injection.Lexical;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan calibrate</c>: the lexical vote's scale from a deployment's own clean traffic.</summary>
internal static class CalibrateCommand
{
    /// <summary>Texts between two lines of progress.</summary>
    private const int Step = 2_000;

    /// <summary>What the scale promises.</summary>
    private const double LexicalRate = 0.01;

    /// <summary>A source that is above the promised rate by more than this isn't like the others.</summary>
    private const double Tolerated = 0.02;

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var files = new Argument<string[]>("file")
        {
            Description =
                "JSON lines, each `{\"text\": …, \"source\": …}`; without a `source` the file is the source. Only texts that are known to be clean.",
            Arity = ArgumentArity.OneOrMore,
        };
        var channel = new Option<string>("--channel")
        {
            Description = "Where the texts come from: `user` for what people typed, `untrusted` for everything else.",
            DefaultValueFactory = _ => "untrusted",
        };
        channel.AcceptOnlyFromAmong("user", "untrusted");
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "calibrate",
            "Measures on your own clean texts where the lexical vote has its one and its five in a hundred, and prints what to write into the manifest. Example: bartizan calibrate --channel user prompts.jsonl"
        )
        {
            files,
            channel,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var name = parsed.GetValue(channel)!;
                var scores = new List<(string Source, double Score)>();
                foreach (var file in parsed.GetValue(files)!)
                {
                    if (await ReadAsync(file, ChannelOf(name), scores, cancellationToken) is { } problem)
                    {
                        return Screen.Error(
                            ExitCode.Usage,
                            problem,
                            "each line is a JSON object with a `text`, and perhaps a `source`"
                        );
                    }
                }

                if (LexicalCalibration.Of(scores) is not { } found)
                {
                    return Screen.Error(
                        ExitCode.No,
                        $"{scores.Count} texts are too few: one in a hundred can't be measured",
                        $"give at least {LexicalCalibration.LeastTexts}, of several sources"
                    );
                }

                Show(name, found, parsed.GetValue(json));
                return ExitCode.Done;
            }
        );
        return command;
    }

    private static Channel ChannelOf(string name) => name == "user" ? Channel.User : Channel.Untrusted;

    private static async Task<string?> ReadAsync(
        string file,
        Channel channel,
        List<(string Source, double Score)> scores,
        CancellationToken cancellationToken
    )
    {
        var at = 0;
        try
        {
            await foreach (var line in File.ReadLinesAsync(file, cancellationToken))
            {
                at++;
                if (string.IsNullOrWhiteSpace(line))
                {
                    continue;
                }

                using var document = JsonDocument.Parse(line);
                if (TextOf(document.RootElement, "text") is not { } text)
                {
                    return $"line {at} of `{Screen.Printable(file)}` has no `text`";
                }

                scores.Add((TextOf(document.RootElement, "source") ?? file, LexicalGuard.Of(text, channel).Score));
                if (scores.Count % Step == 0)
                {
                    Screen.Note($"{scores.Count} texts …");
                }
            }

            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return $"line {at} of `{Screen.Printable(file)}` is no JSON";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"`{Screen.Printable(file)}` can't be read";
        }
    }

    private static string? TextOf(JsonElement line, string name) =>
        line.ValueKind == JsonValueKind.Object
        && line.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static void Show(string channel, LexicalCalibration found, bool isJson)
    {
        if (isJson)
        {
            Screen.Json(
                new
                {
                    channel,
                    likely = found.Scale.Likely,
                    possible = found.Scale.Possible,
                    texts = found.Texts,
                    shippedRate = found.ShippedRate,
                    sources = found.Sources,
                }
            );
            return;
        }

        Screen.Note($"{found.Texts} clean texts; as shipped, {Percent(found.ShippedRate)} of them read like an attack");
        foreach (var source in found.Sources)
        {
            Screen.Note(
                $"{Screen.Printable(source.Name)}: {Percent(source.Rate)} of {source.Texts} by the scale of the others"
                    + (source.Rate > LexicalRate + Tolerated ? ", much more than 1 %: it isn't like the others" : "")
            );
        }

        if (found.Sources.IsEmpty)
        {
            Screen.Note("one source says nothing of the next: give texts of two at least, and the scale can be tried");
        }

        Screen.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"guards:\n  input:\n    calibrated:\n      {channel}: {{ likely: {found.Scale.Likely:0.000}, possible: {found.Scale.Possible:0.000} }}"
            )
        );
    }

    private static string Percent(double rate) => string.Create(CultureInfo.InvariantCulture, $"{rate * 100:0.0} %");
}
