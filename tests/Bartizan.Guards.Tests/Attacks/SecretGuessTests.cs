using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Tests.Contents;

namespace Bartizan.Guards.Tests.Attacks;

/// <summary>
/// An agent that never saw a credential spells it out by what is refused: it sends thousands of guesses in one content, halves those of a
/// content that was refused, and goes on from what it learnt.
/// </summary>
public sealed class SecretGuessTests
{
    private const string Guards = "{ output: { secrets: block, exfiltration: block } }";

    // Of what a guess may hold the agent knows the letters.
    private const string Letters = "bcdfghjklmnpqrst";
    private const string Secret = "gkdtbqhmcpjrfslnbgtkqdmh";

    private static readonly Dictionary<string, Func<string, string>> _forms = new()
    {
        ["plain"] = s => s,
        ["reversed"] = s => new string([.. s.Reverse()]),
        ["base64"] = s => Convert.ToBase64String(Bytes(s)).TrimEnd('='),
        ["base64 twice"] = s => Convert.ToBase64String(Bytes(Convert.ToBase64String(Bytes(s)))).TrimEnd('='),
        ["base64 of UTF-16"] = s => Convert.ToBase64String(Encoding.Unicode.GetBytes(s)).TrimEnd('='),
        ["hex"] = s => Convert.ToHexString(Bytes(s)),
        ["hex of UTF-16"] = s => Convert.ToHexString(Encoding.Unicode.GetBytes(s)),
        ["hex with colons"] = s => string.Join(':', Bytes(s).Select(b => $"{b:x2}")),
        ["hex as C"] = s => string.Concat(Bytes(s).Select(b => $"\\x{b:x2}")),
        ["hex as a list"] = s => string.Join(", ", Bytes(s).Select(b => $"0x{b:x2}")),
        ["percent"] = s => string.Concat(Bytes(s).Select(b => $"%{b:x2}")),
        ["percent twice"] = s => string.Concat(Bytes(s).Select(b => $"%25{b:x2}")),
        ["entities"] = s => string.Concat(s.Select(c => $"&#{(int)c};")),
        ["entities in hex"] = s => string.Concat(s.Select(c => $"&#x{(int)c:x};")),
        ["backslash u"] = s => string.Concat(s.Select(c => $"\\u{(int)c:x4}")),
        ["octal"] = s => string.Concat(Bytes(s).Select(b => $"\\{Convert.ToString(b, 8).PadLeft(3, '0')}")),
        ["decimal"] = s => string.Join(", ", Bytes(s)),
        ["quoted printable"] = s => string.Concat(Bytes(s).Select(b => $"={b:x2}")),
        ["binary"] = s => string.Concat(Bytes(s).Select(b => Convert.ToString(b, 2).PadLeft(8, '0'))),
        ["binary with blanks"] = s => string.Join(' ', Bytes(s).Select(b => Convert.ToString(b, 2).PadLeft(8, '0'))),
        ["blanks between"] = s => string.Join(' ', s.ToCharArray()),
        ["two blanks between"] = s => string.Join("  ", s.ToCharArray()),
        ["tags between"] = s => string.Join("<b></b>", s.ToCharArray()),
    };

    public static TheoryData<string> Forms() => [.. _forms.Keys];

    [Theory]
    [InlineData(
        "https://Zq8LmT4xWv2RbKd7Nh5Yc1Pg@git.corp:8443/group/repo.git",
        "Zq8LmT4xWv2RbKd7Nh5Yc1Pg",
        "8443/group/repo.git"
    )]
    [InlineData("redis://Zq8LmT4xWv2RbKd7Nh5Yc1Pg@cache:6379/0", "Zq8LmT4xWv2RbKd7Nh5Yc1Pg", "@cache:6379/0")]
    [InlineData(
        "postgres://u:Zq8LmT4xWv2R@ep.us-east-2.aws.neon.tech/neondb?sslmode=require",
        "Zq8LmT4xWv2R",
        "@ep.us-east-2.aws.neon.tech/neondb?sslmode=require"
    )]
    [InlineData(
        "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----",
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg",
        "-----BEGIN PRIVATE KEY-----\n\n-----END PRIVATE KEY-----"
    )]
    public void What_is_secret_of_a_value_is_found_and_what_everybody_may_know_of_it_is_not(
        string value,
        string secret,
        string known
    )
    {
        foreach (var index in (SecretIndex[])[SecretIndex.Of([value]), SecretIndex.Of([value], isDense: true)])
        {
            LentFinder.IsIn(index, $"a {value} b").ShouldBeTrue();
            LentFinder.IsIn(index, $"a {secret} b").ShouldBeTrue();
            LentFinder.IsIn(index, Convert.ToBase64String(Bytes($"a {secret} b"))).ShouldBeTrue();
            LentFinder.IsIn(index, Convert.ToHexString(Bytes(secret))).ShouldBeTrue();
            LentFinder.IsIn(index, $"a {known} b").ShouldBeFalse();
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Guesses_of_two_letters_at_a_time_spell_nothing_in_any_form(string form)
    {
        var index = SecretIndex.Of([Secret]);
        foreach (var known in new[] { Secret[..7], "" })
        {
            Spelled(form, known, text => LentFinder.IsIn(index, text)).ShouldBe(known);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Who_knows_how_a_credential_begins_learns_the_rest_of_one_stretch_at_most(string form)
    {
        const string Known = "Server=db;Pwd=";
        var index = SecretIndex.Of([Known + Secret]);
        var spelled = Spelled(form, Known, text => LentFinder.IsIn(index, text));
        spelled.Length.ShouldBeLessThanOrEqualTo(16);
    }

    [Theory]
    [InlineData("sk-ant-api03-")]
    [InlineData("ghp_")]
    [InlineData("postgres://app:")]
    [InlineData("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ")]
    [InlineData("-----BEGIN PRIVATE KEY-----\n")]
    [InlineData("https://hooks.slack.com/services/")]
    public void What_everybody_knows_of_a_credential_is_no_part_of_a_guess(string known)
    {
        var index = SecretIndex.Of([
            known + Secret + (known.EndsWith("app:", StringComparison.Ordinal) ? "@db/app" : ""),
        ]);
        foreach (var form in _forms.Keys)
        {
            Spelled(form, known, text => LentFinder.IsIn(index, text)).ShouldBe(known, form);
        }

        LentFinder.IsIn(index, $"see {known}…").ShouldBeFalse();
    }

    [Fact]
    public async Task Neither_arguments_nor_bodies_nor_pieces_tell_an_agent_two_letters()
    {
        foreach (var form in new[] { "plain", "hex", "binary", "binary with blanks" })
        {
            var house = new House(Guards, Secret);
            foreach (var guess in Pairs().Where((_, at) => at % 100 == 0).Append(Secret[..2]))
            {
                var written = _forms[form](guess);
                (await house.ToolAsync(JsonSerializer.Serialize(new { a = written }))).Strictest.ShouldBe(
                    Effect.Allow,
                    form
                );
                (await house.HttpAsync("POST /a HTTP/1.1\r\nHost: api.example\r\n", written)).Strictest.ShouldBe(
                    Effect.Allow,
                    form
                );
            }

            (await house.ToolAsync(JsonSerializer.Serialize(new { a = _forms[form](Secret) }))).Strictest.ShouldBe(
                Effect.Deny,
                form
            );
        }
    }

    [Fact]
    public async Task After_sixty_four_refusals_every_content_of_the_session_is_refused_alike()
    {
        var house = new House(Guards, Secret);
        for (var at = 0; at < 64; at++)
        {
            (await house.ToolAsync($$"""{"a":"harmless {{at}}"}""")).Strictest.ShouldBe(Effect.Allow);

            // The same content again is no other guess.
            (await house.ToolAsync($$"""{"a":"{{Secret}} {{at}}"}""")).Strictest.ShouldBe(Effect.Deny);
            (await house.ToolAsync($$"""{"a":"{{Secret}} {{at}}"}""")).Strictest.ShouldBe(Effect.Deny);
        }

        var harmless = await house.ToolAsync("""{"a":"harmless"}""");
        var guessed = await house.ToolAsync($$"""{"a":"{{Secret}}"}""");
        harmless.Strictest.ShouldBe(Effect.Deny);
        harmless.Told.ShouldNotBeNull().ShouldContain("too often");
        guessed.ShouldBe(harmless);
        (await new House(Guards, Secret).ToolAsync("""{"a":"harmless"}""")).Strictest.ShouldBe(Effect.Allow);
    }

    [Fact]
    public async Task Requests_to_a_model_count_like_others()
    {
        var house = new House("{ model: { secrets: block } }", Secret);
        for (var at = 0; at < 64; at++)
        {
            (
                await house.ModelAsync($$$"""{"messages":[{"role":"user","content":"{{{Secret}}} {{{at}}}"}]}""")
            ).Strictest.ShouldBe(Effect.Deny);
        }

        (await house.ModelAsync("""{"messages":[]}""")).Told.ShouldNotBeNull().ShouldContain("too often");
    }

    [Fact]
    public void A_credential_is_found_whole_by_its_first_sixteen_by_its_last_and_by_any_thirty_one_letters()
    {
        var chance = new Chance(11);
        for (var length = 24; length < 90; length++)
        {
            var secret = string.Concat(Enumerable.Range(0, length).Select(_ => Letters[chance.Next(Letters.Length)]));
            var index = SecretIndex.Of([secret]);
            index.Find(secret.AsSpan(0, 16)).ShouldBe(16);
            index.Find(secret.AsSpan(secret.Length - 16)).ShouldBe(16);
            for (var at = 0; at + 31 <= length; at++)
            {
                index.Find(secret.AsSpan(at, 31)).ShouldBeGreaterThan(0, $"{at} of {length}");
            }

            var places = LentFinder.PlacesOf(index, $"see {secret} there");
            places.ShouldBe([(4, 4 + length)]);
        }
    }

    // Two letters more each time, after as much of what is known as is no stretch by itself.
    private static string Spelled(string form, string known, Func<string, bool> isRefused)
    {
        while (known.Length < 40)
        {
            var contexts = _contexts
                .Select(length => known[^Math.Min(length, known.Length)..])
                .Distinct()
                .Where(context => !isRefused(Content(form, [context])));
            var left = contexts
                .SelectMany(context => Pairs().Select(pair => (Guess: context + pair, Pair: pair)))
                .ToList();
            if (!isRefused(Content(form, left.Select(one => one.Guess))))
            {
                return known;
            }

            while (left.Count > 1)
            {
                var half = left[..(left.Count / 2)];
                left = isRefused(Content(form, half.Select(one => one.Guess))) ? half : left[half.Count..];
            }

            known += left[0].Pair;
        }

        return known;
    }

    private static readonly int[] _contexts = [0, 4, 6, 8, 10, 11, 12, 13, 14, 20];

    private static IEnumerable<string> Pairs() => Letters.SelectMany(a => Letters.Select(b => $"{a}{b}"));

    private static string Content(string form, IEnumerable<string> guesses) =>
        string.Join('\n', guesses.Select(guess => $"\"{_forms[form](guess)}\""));

    private static byte[] Bytes(string s) => Encoding.UTF8.GetBytes(s);
}
