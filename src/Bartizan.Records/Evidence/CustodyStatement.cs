using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;
using Bartizan.Log.Checkpoints;

namespace Bartizan.Records.Evidence;

/// <summary>
/// What the log's key signs of a bundle, as the text of a C2SP signed note:
/// <code>
/// bartizan-custody@v1
/// log LOG
/// session s-…
/// files SHA-256 of custody.json
/// by PERSON
/// at 2026-01-31T12:00:00.0000000+00:00
/// entry INDEX
/// </code>
/// INVARIANT: its first line is no log's name, so that it can never be read as a checkpoint.
/// </summary>
/// <param name="Log">The log.</param>
/// <param name="Session">The session.</param>
/// <param name="Files">Digest of the bundle's list of files.</param>
/// <param name="By">Who took it, as the kernel told the instance.</param>
/// <param name="At">When.</param>
/// <param name="Entry">The entry that says so in the log.</param>
public sealed record CustodyStatement(
    string Log,
    SessionId Session,
    Digest Files,
    string By,
    DateTimeOffset At,
    long Entry
)
{
    /// <summary>The first line of each.</summary>
    public const string Format = "bartizan-custody@v1";

    private const int Lines = 7;

    /// <summary>The text that is signed.</summary>
    public string Body() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Format}\nlog {Log}\nsession {Session}\nfiles {Files}\nby {By}\nat {At.ToUniversalTime():O}\nentry {Entry}\n"
        );

    /// <summary>Reads a note; null with a reason unless the key signed such a statement for its own log.</summary>
    public static CustodyStatement? Open(string note, NoteVerifier key, out string problem)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Open(note, out problem) is not { } body)
        {
            return null;
        }

        problem = "is no statement of custody";
        var lines = body.TrimEnd('\n').Split('\n');
        var read =
            lines.Length == Lines
            && lines[0] == Format
            && Value(lines[1], "log") == key.Name
            && SessionId.TryParse(Value(lines[2], "session"), out var session)
            && Digest.TryParse(Value(lines[3], "files"), out var files)
            && Value(lines[4], "by") is { } by
            && DateTimeOffset.TryParseExact(
                Value(lines[5], "at"),
                "O",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var at
            )
            && long.TryParse(Value(lines[6], "entry"), NumberStyles.None, CultureInfo.InvariantCulture, out var entry)
                ? new CustodyStatement(key.Name, session, files, by, at, entry)
                : null;

        // One text for one statement.
        return read?.Body() == body ? read : null;
    }

    private static string? Value(string line, string name) =>
        line.StartsWith(name + " ", StringComparison.Ordinal) ? line[(name.Length + 1)..] : null;
}
