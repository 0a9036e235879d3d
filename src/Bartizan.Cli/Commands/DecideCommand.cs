using System.Buffers;
using System.CommandLine;
using System.IO.Pipelines;
using System.Text.Json;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan decide</c>: questions as JSON lines in, answers as JSON lines out, one for each in the same order.</summary>
internal static class DecideCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var manifest = new Option<string>("-m", "--manifest")
        {
            Description = "The agent's manifest.",
            DefaultValueFactory = _ => ManifestFile.Default,
        };
        var command = new Command(
            "decide",
            "Answers questions, one JSON object a line, as the manifest decides them; nothing is carried out or recorded. "
                + "Example: echo '{\"action\":\"read workspace/a.txt\"}' | bartizan decide"
        )
        {
            manifest,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var loaded = ManifestFile.Load(parsed.GetValue(manifest)!, out var code);
                return loaded is null ? code : await AnswerAsync(loaded, cancellationToken);
            }
        );
        return command;
    }

    private static async Task<int> AnswerAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var policy = Policy.Compile(manifest);
        var code = ExitCode.Done;
        var lines = PipeReader.Create(Console.OpenStandardInput());
        while (true)
        {
            var read = await lines.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                code = Answer(rest.Slice(0, end), policy, manifest, code);
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            if (rest.Length > QuestionReader.MaxBytes)
            {
                Screen.JsonLine(
                    Failure(
                        default,
                        $"a line is longer than {QuestionReader.MaxBytes} bytes; nothing after it was read"
                    )
                );
                return ExitCode.Usage;
            }

            if (read.IsCompleted)
            {
                code = Answer(rest, policy, manifest, code);
                return code;
            }

            lines.AdvanceTo(rest.Start, rest.End);
        }
    }

    private static int Answer(ReadOnlySequence<byte> line, Policy policy, Manifest manifest, int code)
    {
        var bytes = line.ToArray();
        if (bytes.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
        {
            return code;
        }

        if (!QuestionReader.TryParse(bytes, "id", out var root, out var question, out var problem))
        {
            Screen.JsonLine(Failure(root, problem));
            return ExitCode.Usage;
        }

        var decision = question.Ask(policy, manifest, TimeProvider.System.GetUtcNow()).Decision;
        var answer = PolicyAnswer.Of(decision, policy.Digest);
        Screen.JsonLine(
            new DecideLine(IdOf(root), answer.Decision, answer.Reason)
            {
                Rules = answer.Rules,
                Needed = answer.Needed,
                NeededArgs = decision.NeededArguments,
                Credential = answer.Credential,
                Approvers = answer.Approvers.IsEmpty ? null : answer.Approvers,
                Policy = answer.Policy,
            }
        );
        return code;
    }

    // A question that can't be read is answered, too: the caller's loop finds a deny where it looks for the answer.
    private static DecideLine Failure(JsonElement root, string problem) =>
        new(IdOf(root), Effect.Deny, "the question can't be read") { Error = problem };

    private static JsonElement? IdOf(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("id", out var id) ? id : null;
}
