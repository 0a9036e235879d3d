using System.Globalization;
using Bartizan.Cli.Commands;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Log.Verification;
using Bartizan.Records.Queries;
using Bartizan.Records.Reading;
using Bartizan.Records.Verification;

namespace Bartizan.Cli.Demo;

/// <summary>The log's own word on the demo.</summary>
internal static class LogProof
{
    /// <summary>Verifies the log from its files alone, and counts what it says of the session.</summary>
    public static async Task<(bool Holds, string Text)> DescribeAsync(
        string home,
        string session,
        CancellationToken cancellationToken
    )
    {
        var places = LogCommand.Places(home);
        var verdict = await RecordVerifier.VerifyAsync(places, new LogVerifierOptions(), cancellationToken);
        var id = SessionId.TryParse(session, out var parsed) ? parsed : default;
        var (intents, refusals) = (0, 0L);
        await foreach (
            var row in new LogReader(places.LogDirectory, TimeProvider.System).ReadAsync(
                LogQuery.Of(id),
                0,
                cancellationToken
            )
        )
        {
            intents += row.Entry.Kind == EntryKind.Intent ? 1 : 0;
            refusals += row.Entry.Kind == EntryKind.Refusal ? row.Entry.Count : 0;
        }

        return (
            verdict.Holds,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{LogVerifyCommand.Describe(verdict)}; the fooled session: {intents} actions granted and recorded before they left, {refusals} refused"
            )
        );
    }
}
