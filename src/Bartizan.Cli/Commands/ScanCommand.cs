using System.Buffers;
using System.CommandLine;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan scan</c>: the guards by hand, on files, on what is piped in, or on JSON lines.</summary>
internal static class ScanCommand
{
    /// <summary>The longest text that is looked at: what a gateway takes at most, twice.</summary>
    private const int MaxBytes = 64 << 20;

    /// <summary>From this score on a text counts as an attack here; in a session the manifest's threshold counts.</summary>
    private const double Attack = 0.5;

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var files = new Argument<string[]>("file")
        {
            Description = "Files to look at; what is piped in when there is none.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var channel = new Option<string>("--channel")
        {
            Description = "Where the text comes from: `user` for what a person typed, `untrusted` for everything else.",
            DefaultValueFactory = _ => "untrusted",
        };
        channel.AcceptOnlyFromAmong("user", "untrusted");
        var lines = new Option<bool>("--jsonl")
        {
            Description =
                "What comes in is JSON lines, `{\"text\": …}`; what goes out is one object a line, in the same order.",
        };
        var command = new Command(
            "scan",
            "Looks for instructions to a model, hidden text, credentials and personal data, as the guards of a session do. Ends with 1 "
                + "when a text looks like an attack or holds a credential. Example: curl -s https://example.com | bartizan scan"
        )
        {
            files,
            channel,
            lines,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var from = parsed.GetValue(channel) == "user" ? Channel.User : Channel.Untrusted;
                return parsed.GetValue(lines)
                    ? await ScanLinesAsync(parsed.GetValue(files)!, from, cancellationToken)
                    : await ScanAsync(parsed.GetValue(files)!, from, cancellationToken);
            }
        );
        return command;
    }

    private static async Task<int> ScanAsync(string[] files, Channel channel, CancellationToken cancellationToken)
    {
        var code = ExitCode.Done;
        foreach (var file in files.Length == 0 ? ["-"] : files)
        {
            byte[] bytes;
            try
            {
                await using var stream = Open(file);
                bytes = await ReadAsync(stream, cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return Screen.Error(ExitCode.Usage, $"`{file}` can't be read", "name a file of at most 64 MiB, or `-`");
            }

            var text = Encoding.UTF8.GetString(bytes);
            var report = ContentScan.Of(text, channel);
            if (IsBad(report))
            {
                code = ExitCode.No;
            }

            Print(file, text, report);
        }

        return code;
    }

    private static void Print(string file, string text, ScanReport report)
    {
        Screen.Line(
            $"{(file == "-" ? "input" : file)}: score {report.Score:0.00}, {report.Findings.Length} findings",
            IsBad(report) ? Tone.Bad : Tone.Good
        );
        if (!report.Findings.IsEmpty)
        {
            Screen.Table(
                ["guard", "kind", "severity", "confidence", "line", "at"],
                [
                    .. report.Findings.Select(f =>
                        (IReadOnlyList<string>)
                            [
                                f.Guard,
                                f.Kind,
                                Word(f.Severity),
                                $"{f.Confidence:0.00}",
                                $"{text.AsSpan(0, f.Start).Count('\n') + 1}",
                                $"{f.Start}-{f.End}",
                            ]
                    ),
                ]
            );
        }
    }

    private static async Task<int> ScanLinesAsync(string[] files, Channel channel, CancellationToken cancellationToken)
    {
        var code = ExitCode.Done;
        foreach (var file in files.Length == 0 ? ["-"] : files)
        {
            try
            {
                await using var stream = Open(file);
                var lines = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
                while (true)
                {
                    var read = await lines.ReadAsync(cancellationToken);
                    var rest = read.Buffer;
                    while (rest.PositionOf((byte)'\n') is { } end)
                    {
                        code = Math.Max(code, ScanLine(rest.Slice(0, end).ToArray(), channel));
                        rest = rest.Slice(rest.GetPosition(1, end));
                    }

                    if (rest.Length > MaxBytes)
                    {
                        return Screen.Error(ExitCode.Usage, $"a line of `{file}` is longer than {MaxBytes} bytes");
                    }

                    if (read.IsCompleted)
                    {
                        code = Math.Max(code, ScanLine(rest.ToArray(), channel));
                        break;
                    }

                    lines.AdvanceTo(rest.Start, rest.End);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return Screen.Error(ExitCode.Usage, $"`{file}` can't be read");
            }
        }

        return code;
    }

    private static int ScanLine(byte[] line, Channel channel)
    {
        if (line.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
        {
            return ExitCode.Done;
        }

        string? text = null;
        try
        {
            using var document = JsonDocument.Parse(line);
            text =
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("text", out var said)
                && said.ValueKind == JsonValueKind.String
                    ? TextOf(said)
                    : null;
        }
        catch (JsonException)
        {
            // Answered below: the caller finds a line for each line.
        }

        if (text is null)
        {
            Screen.JsonLine(new ScanLine(0, []) { Error = "the line is no JSON object with a `text`" });
            return ExitCode.Usage;
        }

        var report = ContentScan.Of(text, channel);
        Screen.JsonLine(
            new ScanLine(
                Math.Round(report.Score, 4),
                [
                    .. report.Findings.Select(f => new ScanFinding(
                        f.Guard,
                        f.Kind,
                        Points(text, f.Start),
                        Points(text, f.End),
                        Word(f.Severity),
                        f.Confidence
                    )),
                ]
            )
        );
        return ExitCode.Done;
    }

    // A half of a surrogate pair is valid JSON and no valid string.
    private static string TextOf(JsonElement said)
    {
        try
        {
            return said.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return said.GetRawText()[1..^1];
        }
    }

    // Offsets count characters as other languages do: code points.
    private static int Points(string text, int at)
    {
        var points = at;
        foreach (var c in text.AsSpan(0, at))
        {
            points -= char.IsLowSurrogate(c) ? 1 : 0;
        }

        return points;
    }

    private static bool IsBad(ScanReport report) =>
        report.Score >= Attack || report.Findings.Any(f => f is { Guard: "secrets", Confidence: >= Attack });

    private static string Word(FindingSeverity severity) => severity.ToString().ToLowerInvariant();

    private static Stream Open(string file) => file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);

    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        var piece = new byte[64 * 1024];
        for (int n; (n = await stream.ReadAsync(piece, cancellationToken)) > 0; )
        {
            if (whole.Length + n > MaxBytes)
            {
                throw new IOException("too long");
            }

            whole.Write(piece, 0, n);
        }

        return whole.ToArray();
    }
}
