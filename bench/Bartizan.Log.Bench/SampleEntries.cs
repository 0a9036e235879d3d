using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Log.Bench;

/// <summary>
/// Entries of 1,024 bytes of JSON as agents make them: names and rules that repeat, numbers that don't, and 56 random bytes in
/// hexadecimal (a commitment and two trace ids), which nothing compresses.
/// </summary>
internal static class SampleEntries
{
    /// <summary>Size of each.</summary>
    public const int Bytes = 1024;

    private const int Kinds = 4096;
    private static readonly string[] s_words =
    [
        .. "allow deny model tool rule agent layer budget within mandate because person approved session limit policy label".Split(
            ' '
        ),
    ];

    /// <summary>Enough different ones that no two stand near each other.</summary>
    public static byte[][] Make() => [.. Enumerable.Range(0, Kinds).Select(Make)];

    private static byte[] Make(int i)
    {
        var entry = string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"agent":"support-triage@3","credential":"anthropic-key","effect":"allow","emitter":"bartizan/0011223344556677","kind":"{{(
                i % 2 == 0 ? "intent" : "outcome"
            )}}","labels":["untrusted","secret"],"mono":{{i}},"passage":{{i / 2}},"payloads":[{"commit":"{{RandomNumberGenerator.GetHexString(64, true)}}","media":"application/json","ref":{{Any(1 << 24)}},"role":"request","size":{{Any(1 << 20)}}}],"person":"uid:1000","point":"model","policy":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","prev":{{i - Any(200)}},"rules":[{"layer":"manifest","place":"agent.yaml:{{Any(60)}}:5","text":"allow: model anthropic/claude-*"}],"session":"s-0123456789abcdefgh{{i % 100:D2}}","span":"{{RandomNumberGenerator.GetHexString(16, true)}}","target":"https://api.example.com/v1/projects/{{Any(1000)}}/issues/{{Any(100_000)}}","time":"2026-11-21T02:41:{{i % 60:D2}}.{{Any(1_000_000):D6}}Z","trace":"{{RandomNumberGenerator.GetHexString(32, true)}}","usage":{"bytes_in":{{Any(9999)}},"bytes_out":{{Any(9999)}},"input_tokens":{{Any(9999)}},"output_tokens":{{Any(999)}}},"v":1,"verb":"model","reason":"
            """
        );
        var text = new StringBuilder(entry);
        while (text.Length < Bytes)
        {
            text.Append(s_words[Any(s_words.Length)]).Append(' ');
        }

        text.Length = Bytes - 2;
        return Encoding.UTF8.GetBytes(text.Append("\"}").ToString());
    }

    private static int Any(int below) => RandomNumberGenerator.GetInt32(below);
}
