using System.Globalization;
using Bartizan.Core.Entries;
using Bartizan.Core.Retention;
using Bartizan.Core.Sessions;

namespace Bartizan.Records.Retention;

/// <summary>
/// The entries that say that a session's payloads reached their age: one before their keys are destroyed and one after, so that whatever
/// ends the process in between, the record says what became of them.
/// </summary>
internal static class ExpiredPayloads
{
    public const string Begins = "payloads expire";
    public const string Done = "payloads expired";
    private const string Word = "payloads";

    /// <summary>One of the two entries.</summary>
    public static Entry Write(
        string detail,
        SessionId session,
        IEnumerable<(PayloadClass Class, long Count)> classes,
        string by,
        string why
    ) =>
        new()
        {
            Kind = EntryKind.Instance,
            Session = session,
            Person = by,
            Target =
                $"{Word} {string.Join(' ', classes.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Class.ToString().ToLowerInvariant()} {one.Count}")))}",
            Detail = detail,
            Reason = why,
        };

    /// <summary>The classes that such an entry names; none of any other.</summary>
    public static IEnumerable<PayloadClass> Read(Entry entry)
    {
        if (
            entry is not { Kind: EntryKind.Instance, Detail: Begins or Done, Target: { } target }
            || !target.StartsWith(Word, StringComparison.Ordinal)
        )
        {
            yield break;
        }

        foreach (var word in target.Split(' ')[1..])
        {
            if (Enum.TryParse<PayloadClass>(word, ignoreCase: true, out var known) && char.IsAsciiLetter(word[0]))
            {
                yield return known;
            }
        }
    }
}
