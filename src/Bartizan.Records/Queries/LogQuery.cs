using System.Collections.Immutable;
using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Queries;

/// <summary>
/// Asks for entries in words: <c>agent:triage decision:deny host:*.example.com since:2h -verb:model "some text"</c>. All words must hold; a
/// <c>-</c> in front turns one round; values of one key separated by commas are alternatives; words without a key are looked for in what an
/// entry says itself, never in its payloads. The keys are those of <see cref="Qualifier"/>.
/// </summary>
public sealed class LogQuery
{
    /// <summary>Characters of a query; longer ones are no person's.</summary>
    public const int MaxLength = 8 * 1024;

    /// <summary>Words of a query; each is tried on each entry that the ones before it leave.</summary>
    public const int MaxWords = 64;

    /// <summary>Alternatives of one word.</summary>
    public const int MaxValues = 64;

    private readonly byte[] _needle;

    private LogQuery(ImmutableArray<QueryTerm> terms, SessionId session)
    {
        Terms = terms;
        Session = session;
        _needle = Encoding.ASCII.GetBytes(session.ToString());
    }

    /// <summary>The keys, for help and completion.</summary>
    public static ImmutableArray<string> Keys { get; } = [.. Qualifier.All.Select(qualifier => qualifier.Name)];

    /// <summary>Everything.</summary>
    public static LogQuery All { get; } = new([], default);

    /// <summary>The one session that is asked about; default when it may be any.</summary>
    public SessionId Session { get; }

    /// <summary>How many texts have to be looked for inside every text that the log's entries hold: what a search costs.</summary>
    public int Scans => Terms.Sum(term => term.Scans);

    /// <summary>What must hold.</summary>
    internal ImmutableArray<QueryTerm> Terms { get; }

    /// <summary>The entries of one session.</summary>
    public static LogQuery Of(SessionId session) =>
        new([new QueryTerm.Text(TextField.Session, [new TextPattern([session.ToString()])])], session);

    /// <summary>
    /// The same of some agents only, by name or by <c>beginning-*</c>. It is asked first, so that of other agents' entries no more is
    /// looked at than whose they are. More than <see cref="MaxValues"/> can't be said to a database, and then nothing is.
    /// </summary>
    public LogQuery OfAgents(ImmutableArray<string> agents) =>
        agents.Length > MaxValues
            ? this
            : new LogQuery(
                Terms.Insert(
                    0,
                    new QueryTerm.Text(
                        TextField.Agent,
                        agents.IsEmpty ? [new TextPattern([""])] : [.. agents.Select(PatternOf)]
                    )
                ),
                Session
            );

    /// <summary>Reads a query. A refusal says what is wrong with it.</summary>
    public static bool TryParse(string text, DateTimeOffset now, out LogQuery query, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        query = All;
        if (text.Length > MaxLength)
        {
            problem = $"a query has at most {MaxLength} characters";
            return false;
        }

        // Half a surrogate pair is no character, and no database takes it: it is what an entry would have made of it.
        text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        var words = QueryWord.Split(text, out problem);
        if (words is null || words.Count > MaxWords)
        {
            problem = words is null ? problem : $"a query has at most {MaxWords} words";
            return false;
        }

        var terms = ImmutableArray.CreateBuilder<QueryTerm>();
        SessionId session = default;
        foreach (var word in words)
        {
            if (TermOf(word, now, out problem) is not { } term)
            {
                return false;
            }

            terms.Add(word.Negated ? new QueryTerm.Not(term) : term);
            if (
                !word.Negated
                && term is QueryTerm.Text { Field: TextField.Session, Any: [{ Parts: [var exact] }] }
                && SessionId.TryParse(exact, out var id)
            )
            {
                session = id;
            }
        }

        query = new LogQuery(terms.ToImmutable(), session);
        return true;
    }

    /// <summary>True when the entry is asked for.</summary>
    public bool Matches(EntryRow row)
    {
        foreach (var term in Terms)
        {
            if (!term.Holds(row))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The leaf's entry when it is asked for.</summary>
    /// <exception cref="InvalidDataException">When the entry is of a format that this program doesn't read.</exception>
    internal EntryRow? Match(LogLeaf leaf)
    {
        if (!MayMatch(leaf.Bytes.Span))
        {
            return null;
        }

        var row = EntryDecoder.Decode(leaf.Index, leaf.Bytes);
        return Matches(row) ? row : null;
    }

    private static TextPattern PatternOf(string agent) =>
        new(agent.EndsWith('*') ? [TextPattern.Fold(agent[..^1]), ""] : [TextPattern.Fold(agent)]);

    // Not even decoded.
    private bool MayMatch(ReadOnlySpan<byte> leaf) => _needle.Length == 0 || leaf.IndexOf(_needle) >= 0;

    private static QueryTerm? TermOf(QueryWord word, DateTimeOffset now, out string problem)
    {
        problem = "";
        if (word.Key.Length == 0)
        {
            return new QueryTerm.Free(TextPattern.Fold(word.Text));
        }

        if (Qualifier.Find(word.Key) is not { } qualifier)
        {
            var near = NearestWord.Find(word.Key, [.. Keys, .. Qualifier.All.Select(known => known.Alias)]);
            problem =
                $"`{word.Key}:` is no key of the log"
                + (near is null ? $"; the keys are {string.Join(", ", Keys)}" : $"; did you mean `{near}:`?")
                + $" A text that holds a colon stands in quotes: `\"{word.Key}:…\"`";
            return null;
        }

        if (word.Values.Length > MaxValues)
        {
            problem = $"`{word.Key}:` takes at most {MaxValues} alternatives";
            return null;
        }

        return QualifierReader.Read(qualifier, word, now, out problem);
    }
}
