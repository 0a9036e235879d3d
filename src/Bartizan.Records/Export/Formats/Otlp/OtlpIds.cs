using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Sessions;

namespace Bartizan.Records.Export.Formats.Otlp;

/// <summary>
/// Ids of traces and spans, made of the session and the passage: the same entry has the same ids however often it is sent, and the
/// logs of a passage lie under its span.
/// </summary>
internal static class OtlpIds
{
    private const int TraceBytes = 16;
    private const int SpanBytes = 8;

    /// <summary>The session's trace; empty without a session.</summary>
    public static byte[] Trace(SessionId session) => session == default ? [] : Of($"trace {session}", TraceBytes);

    /// <summary>The session's own span.</summary>
    public static byte[] Root(SessionId session) => session == default ? [] : Of($"session {session}", SpanBytes);

    /// <summary>A passage's span; empty without a passage.</summary>
    public static byte[] Span(SessionId session, long passage) =>
        session == default || passage == 0
            ? []
            : Of(string.Create(CultureInfo.InvariantCulture, $"passage {session} {passage}"), SpanBytes);

    /// <summary>A span of an entry that is no passage: a refusal.</summary>
    public static byte[] Entry(string key) => Of($"entry {key}", SpanBytes);

    private static byte[] Of(string what, int bytes) => SHA256.HashData(Encoding.ASCII.GetBytes(what))[..bytes];
}
