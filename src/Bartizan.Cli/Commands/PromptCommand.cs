using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Bartizan.Cli.Prompts;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Findings;
using Bartizan.Posture.Prompts;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan prompt</c>: what is weak about a system prompt, by its words and by trying it with a model.</summary>
internal static class PromptCommand
{
    /// <summary>The longest prompt that is looked at.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The longest wait for one answer, in seconds.</summary>
    public const int MaxTimeoutSeconds = 600;

    private const int UsualTimeoutSeconds = 60;

    /// <summary>Builds the command.</summary>
    public static Command Make() =>
        new("prompt", "Looks at system prompts. Example: bartizan prompt check system.txt") { MakeCheck() };

    private static Command MakeCheck()
    {
        var file = new Argument<string>("file")
        {
            Description = "The system prompt, a text file; `-` for what is piped in.",
        };
        var harden = new Option<bool>("--harden")
        {
            Description =
                "Print the prompt between its hierarchy and critical instructions, stated first and last; findings that are left go to stderr.",
        };
        var model = new Option<string?>("--model")
        {
            Description =
                "An endpoint of the Anthropic Messages format, as `bartizan attach` prints it: each bundled attack is sent to it once. "
                + "The key is taken from BARTIZAN_TOKEN or ANTHROPIC_API_KEY.",
        };
        var modelId = new Option<string?>("--model-id") { Description = "The model that is asked for there." };
        var timeout = new Option<int>("--timeout")
        {
            Description = $"Seconds to wait for each answer, {MaxTimeoutSeconds} at most.",
            DefaultValueFactory = _ => UsualTimeoutSeconds,
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "check",
            "Says what is weak about a system prompt: hierarchy, critical instructions, data taken for orders, contradictions, credentials, "
                + "hidden text. Advice, no boundary. Ends with 1 for anything of medium severity or more, or when an attack worked or couldn't "
                + "be tested. Example: bartizan prompt check system.txt"
        )
        {
            file,
            harden,
            model,
            modelId,
            timeout,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var name = parsed.GetValue(file)!;
                if (await ReadAsync(name, cancellationToken) is not { } prompt)
                {
                    return Screen.Error(
                        ExitCode.Usage,
                        $"`{Screen.Printable(name)}` can't be read as UTF-8 text of at most {MaxBytes} bytes",
                        "name a text file, or `-`"
                    );
                }

                if (parsed.GetValue(model) is not { } url)
                {
                    return Report(prompt, parsed.GetValue(harden), parsed.GetValue(json));
                }

                if (parsed.GetValue(harden))
                {
                    return Screen.Error(
                        ExitCode.Usage,
                        "`--harden` and `--model` don't go together",
                        "write the hardened prompt to a file and try that"
                    );
                }

                var seconds = parsed.GetValue(timeout);
                return Endpoint(url, parsed.GetValue(modelId), seconds, out var endpoint) is { } problem
                    ? problem
                    : await TryAsync(prompt, endpoint!, parsed.GetValue(json), cancellationToken);
            }
        );
        return command;
    }

    private static int Report(string prompt, bool isHarden, bool isJson)
    {
        var hardened = isHarden ? PromptHardening.Of(prompt, PromptReview.MayRepeat) : null;
        var findings = PromptReview.Of(hardened ?? prompt);
        if (isJson)
        {
            Screen.Json(new { findings, hardened });
        }
        else if (hardened is not null)
        {
            // INVARIANT: stdout is the prompt and nothing else.
            foreach (var finding in findings)
            {
                Screen.Note(PromptText.Line(finding));
            }

            Screen.Output().Write(Encoding.UTF8.GetBytes(hardened));
        }
        else
        {
            PromptText.Show(findings);
            Screen.Note("Not tried with a model: `--model URL` does that.");
        }

        return IsBad(findings) ? ExitCode.No : ExitCode.Done;
    }

    private static async Task<int> TryAsync(
        string prompt,
        MessagesEndpoint endpoint,
        bool isJson,
        CancellationToken cancellationToken
    )
    {
        using (endpoint)
        {
            var findings = PromptReview.Of(prompt);
            var attacks = await PromptTrial.OfAsync(prompt, endpoint, cancellationToken);
            if (isJson)
            {
                Screen.Json(new { findings, attacks });
            }
            else
            {
                PromptText.Show(findings);
                PromptText.Show(attacks);
            }

            return IsBad(findings) || attacks.Any(attack => attack.End != TrialEnd.Held) ? ExitCode.No : ExitCode.Done;
        }
    }

    private static int? Endpoint(string url, string? model, int seconds, out MessagesEndpoint? endpoint)
    {
        endpoint = null;
        if (
            !Uri.TryCreate(url, UriKind.Absolute, out var address)
            || address.UserInfo.Length > 0
            || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        )
        {
            return Screen.Error(
                ExitCode.Usage,
                "`--model` is no address that a key may be sent to",
                "give an https address without a user, or http on this machine"
            );
        }

        if (string.IsNullOrWhiteSpace(model))
        {
            return Screen.Error(
                ExitCode.Usage,
                "`--model` needs `--model-id`",
                "name the model that is asked for there"
            );
        }

        if (seconds is < 1 or > MaxTimeoutSeconds)
        {
            return Screen.Error(ExitCode.Usage, $"`--timeout` is from 1 to {MaxTimeoutSeconds} seconds");
        }

        if ((Variable("BARTIZAN_TOKEN") ?? Variable("ANTHROPIC_API_KEY")) is not { } key)
        {
            return Screen.Error(
                ExitCode.Usage,
                "there is no key for the model",
                "set BARTIZAN_TOKEN or ANTHROPIC_API_KEY"
            );
        }

        if (!key.All(char.IsAscii) || key.Any(char.IsControl))
        {
            return Screen.Error(
                ExitCode.Usage,
                "the key for the model holds what no header may",
                "set it anew, without a line's end"
            );
        }

        endpoint = new MessagesEndpoint(address, model, key, TimeSpan.FromSeconds(seconds));
        return null;
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static bool IsBad(ImmutableArray<PromptFinding> findings) =>
        findings.Any(finding => finding.Severity != FindingSeverity.Low);

    private static async Task<string?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            var bytes = new byte[MaxBytes + 1];
            var length = await stream.ReadAtLeastAsync(
                bytes,
                bytes.Length,
                throwOnEndOfStream: false,
                cancellationToken
            );
            return length <= MaxBytes
                ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(
                    bytes,
                    0,
                    length
                )
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            return null;
        }
    }
}
