using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Tests.Policies;

/// <summary>Patterns and targets of every verb, made of few pieces, so that they meet often.</summary>
internal static class RandomActions
{
    private static readonly string[] _labels = ["a", "b", "aa", "ab", "x"];
    private static readonly string[] _words = ["a", "b", "ab", "a*", "*b", "*", "a*b", "**"];

    public static string Pattern(Dice random) =>
        random.Next(13) switch
        {
            0 or 1 => $"connect {Host(random)}:{Pick(random, ["443", "80", "*", "{80,443}"])}",
            2 =>
                $"http {Pick(random, ["GET", "*", "POST"])} {Pick(random, ["http", "http", "https", "*"])}://{Host(random)}/{Path(random)}",
            3 => $"http * {Pick(random, ["https", "*"])}://{Host(random)}/**",
            4 or 5 => $"read {Pick(random, ["workspace", "**", "home", ""])}/{Path(random)}",
            6 => $"write workspace/{Path(random)}",
            7 => $"tool {Pick(random, ["a", "b", "a*", "*"])}/{Path(random)}",
            8 => $"model {Pick(random, ["a", "b", "*"])}/{Path(random)}",
            9 => $"exec {string.Join(' ', Some(random, _words, 1, 4))}",
            10 => $"serve {Pick(random, ["GET", "*", "POST"])} /{Path(random)}",
            11 => $"delegate {Pick(random, ["a", "a*", "*", "**", "b"])}",
            _ => Pick(
                random,
                [
                    "http * **",
                    "tool **",
                    "read **/.env",
                    "exec **",
                    "connect 10.0.0.1:443",
                    "read **/{a,*.b}",
                    "exec {a",
                ]
            ),
        };

    private static string Host(Dice random) =>
        string.Join('.', Some(random, ["a", "b", "*", "**", "a*", "*b"], 1, 3)) + Pick(random, ["", ".example"]);

    private static string Path(Dice random) => string.Join('/', Some(random, [.. _words, "{a,b}", "a.b"], 1, 4));

    public static ActionTarget Target(Dice random)
    {
        string Names(int least) => string.Join('/', Some(random, [.. _labels, ".env", "a.b"], least, 4));
        var host = Pick(random, ["a.example", "b.a.example", "a.b", "a", "10.0.0.1", "ab.example", "b.b.b"]);
        HostName.TryParse(host, out var name, out _).ShouldBeTrue();
        switch (random.Next(10))
        {
            case 0:
                return new ConnectTarget(name, random.Next(2) == 0 ? 443 : 80);
            case 1:
                return new HttpTarget(
                    Pick(random, ["GET", "POST"]),
                    Pick(random, ["http", "https"]),
                    name,
                    Pick(random, [80, 443]),
                    "/" + Names(0)
                );
            case 2:
                return new ToolTarget(Pick(random, ["a", "b", "ab", "a/b"]), Names(1));
            case 3:
                return new ModelTarget(Pick(random, ["a", "b"]), Names(1));
            case 4:
                return Command(random);
            case 5:
                return new ServeTarget(Pick(random, ["GET", "POST"]), "/" + Names(0));
            case 6:
                return new DelegateTarget(Pick(random, ["a", "ab", "b"]));
            default:
                ImmutableArray<string> names =
                [
                    .. Enumerable
                        .Range(0, random.Next(1, 3))
                        .Select(_ => Pick(random, ["workspace", "home", ""]) + "/" + Names(1)),
                ];
                return new FileTarget(Pick(random, [Verb.Read, Verb.Write]), names)
                {
                    Aliases = random.Next(3) == 0 ? ["/" + Names(1)] : [],
                };
        }
    }

    private static ExecTarget Command(Dice random)
    {
        if (random.Next(8) == 0)
        {
            return ExecTarget.Opaque("a $(b)");
        }

        ImmutableArray<string> argv = [.. Some(random, [.. _labels, "/bin/a", "a b", ""], 1, 4)];
        ImmutableArray<ImmutableArray<string>> spellings =
            random.Next(3) == 0
                ?
                [
                    ["/usr/bin/b", .. argv[1..]],
                ]
                : [];
        return new ExecTarget(argv) { Spellings = spellings };
    }

    public static T Pick<T>(Dice random, ImmutableArray<T> from) => from[random.Next(from.Length)];

    private static IEnumerable<string> Some(Dice random, string[] from, int least, int most) =>
        [.. Enumerable.Range(0, random.Next(least, most)).Select(_ => from[random.Next(from.Length)])];
}
