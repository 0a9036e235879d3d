using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Egress;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>
/// Mutations of good messages, from a fixed seed, for a bounded number of rounds. What is asked: no parser throws, and what
/// a parser accepts is what another look at the same bytes says.
/// </summary>
public sealed class FuzzTests
{
    private const int Rounds = 200_000;

    private static readonly string[] Tokens =
    [
        "\r\n",
        "\n",
        "\r",
        "\0",
        " ",
        "\t",
        ":",
        "%",
        "%00",
        "@",
        "#",
        "//",
        "/../",
        "[::1]",
        "127.0.0.1",
        "0x7f.1",
        "good.example",
        "Host: ",
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
        "CONNECT ",
        "HTTP/1.1",
        "http://",
        "\u00ff",
        ".",
    ];

    [Fact]
    public void Request_heads_that_are_accepted_have_one_host_and_no_control_characters()
    {
        var dice = new Dice(1);
        var accepted = 0;
        string[] seeds =
        [
            "GET http://good.example/a?b HTTP/1.1\r\nHost: good.example\r\nAccept: */*\r\n\r\n",
            "POST http://good.example:8080/ HTTP/1.1\r\nHost: good.example:8080\r\nContent-Length: 5\r\n\r\n",
            "CONNECT good.example:443 HTTP/1.1\r\nHost: good.example:443\r\n\r\n",
        ];
        for (var i = 0; i < Rounds; i++)
        {
            var bytes = Mutate(Encoding.Latin1.GetBytes(seeds[dice.Next(seeds.Length)]), dice);
            var seen = 0;
            if (
                WireReader.Scan(bytes, ref seen) != HeadEnd.Complete
                || !RequestHead.TryParse(bytes.AsSpan(0, seen), null, 64, out var request, out _)
            )
            {
                continue;
            }

            accepted++;
            var to = request!.Destination;
            HostName.TryParse(to.Host.ToString(), out var again, out _).ShouldBeTrue();
            again.ShouldBe(to.Host);
            to.Port.ShouldBeInRange(1, 65535);
            if (request.IsConnect)
            {
                continue;
            }

            // What would be sent reads back as what was decided.
            var sent = request.ToUpstream();
            var sentSeen = 0;
            WireReader.Scan(sent, ref sentSeen).ShouldBe(HeadEnd.Complete);
            sentSeen.ShouldBe(sent.Length);
            var captured = new Captured(to.Host, to.Port);
            RequestHead.TryParse(sent, captured, 70, out var reread, out var problem).ShouldBeTrue(problem);
            reread!.Destination.ShouldBe(to);
            reread.Body.ShouldBe(request.Body);
        }

        accepted.ShouldBeGreaterThan(Rounds / 50, "the fuzzer must also reach what is accepted");
    }

    [Fact]
    public void Response_heads_never_make_the_parser_throw()
    {
        var dice = new Dice(2);
        var seed = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"u8.ToArray();
        var accepted = 0;
        for (var i = 0; i < Rounds; i++)
        {
            accepted += ResponseHead.TryParse(Mutate(seed, dice), "GET", 64, out _, out _) ? 1 : 0;
        }

        accepted.ShouldBeGreaterThan(Rounds / 50);
    }

    [Fact]
    public void Hellos_never_make_the_parser_throw_and_name_only_hosts()
    {
        var dice = new Dice(3);
        var named = 0;
        for (var i = 0; i < Rounds; i++)
        {
            var bytes = Mutate(Hello.For("good.example", 1 + dice.Next(200)), dice);
            var end = ClientHello.Parse(bytes, 4096, out var name, out var needed);
            if (end == HelloEnd.Named)
            {
                named++;
                name!.Address.ShouldBeNull();
            }

            if (end == HelloEnd.More)
            {
                needed.ShouldBeGreaterThan(bytes.Length);
            }
        }

        named.ShouldBeGreaterThan(Rounds / 50);
    }

    [Fact]
    public void Queries_never_make_the_parser_throw_and_answers_stay_small()
    {
        var dice = new Dice(4);
        var parsed = 0;
        var answer = new byte[2048];
        for (var i = 0; i < Rounds; i++)
        {
            var bytes = Mutate(Question.Of("a.good.example"), dice);
            if (DnsQuery.TryParse(bytes, out var query))
            {
                parsed++;
                query.End.ShouldBeLessThanOrEqualTo(bytes.Length);
                DnsAnswer
                    .Write(bytes, query, DnsCode.NoError, EgressHouse.FirstFake, answer)
                    .ShouldBeLessThanOrEqualTo(bytes.Length + DnsAnswer.RecordBytes);
            }
        }

        parsed.ShouldBeGreaterThan(Rounds / 50);
    }

    private static byte[] Mutate(byte[] seed, Dice dice)
    {
        var bytes = new List<byte>(seed);
        for (var n = dice.Next(4); n > 0 && bytes.Count > 0; n--)
        {
            var at = dice.Next(bytes.Count);
            switch (dice.Next(6))
            {
                case 0:
                    bytes[at] = (byte)dice.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + dice.Next(8)));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.Latin1.GetBytes(Tokens[dice.Next(Tokens.Length)]));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, 1 + dice.Next(30))));
                    break;
                case 4:
                    bytes[at] ^= (byte)(1 << dice.Next(8));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>xorshift64*: the same sequence on every machine, so that a failure can be run again.</summary>
    private sealed class Dice(ulong seed)
    {
        private ulong _state = (seed * 0x9E3779B97F4A7C15) | 1;

        public int Next(int below)
        {
            _state ^= _state >> 12;
            _state ^= _state << 25;
            _state ^= _state >> 27;
            return (int)((_state * 0x2545F4914F6CDD1D >> 33) % (ulong)below);
        }
    }
}
