using System.Text;
using Bartizan.Core.Entries;
using Bartizan.Core.Shell;
using Bartizan.Gateway.Model;

namespace Bartizan.Gateway.Tests.Model.Deciding;

/// <summary>A gateway that decides the tool calls in answers, an upstream that says what a test lets it, and what the client reads.</summary>
internal sealed class DecidedHouse : IAsyncDisposable
{
    /// <summary>What a client reads of an answer that was cut.</summary>
    public const string Cut = "<cut>";

    private const string Rules = """
          - allow: exec git status **
            why: It looks at what it changed.
          - allow: exec ls **
            why: It looks around.
          - deny: exec rm **
            why: Nothing is deleted.
          - allow: read workspace/**
            why: The code under review.
          - allow: write workspace/src/**
            why: It drafts fixes.
          - allow: tool crm/find_*
            args: { region: { in: [eu] } }
            why: Needs the plan.
        """;

    private DecidedHouse(ScriptedUpstream upstream, GatewayUnderTest house)
    {
        Upstream = upstream;
        House = house;
    }

    public ScriptedUpstream Upstream { get; }

    public GatewayUnderTest House { get; }

    /// <summary>The calls that were let through, by their targets.</summary>
    public IReadOnlyList<string> Granted =>
        [.. House.Journal.Entries.Where(e => e is { Kind: EntryKind.Intent, Point: "answer" }).Select(e => e.Target!)];

    /// <summary>The calls that were refused, by their targets.</summary>
    public IReadOnlyList<string> Refused =>
        [.. House.Journal.Entries.Where(e => e is { Kind: EntryKind.Refusal, Point: "answer" }).Select(e => e.Target!)];

    public static async Task<DecidedHouse> StartAsync(
        string client = "generic",
        Func<Uri, string>? manifest = null,
        TimeProvider? clock = null
    )
    {
        var upstream = await ScriptedUpstream.StartAsync();
        var house = await GatewayUnderTest.StartAsync(
            upstream.Url,
            new ModelGatewayOptions
            {
                DecidesCallsOf = _ => client,
                Places = _ => new ShellPlaces
                {
                    Home = "/home/agent",
                    FindProgram = name => name is "git" or "ls" or "cat" or "rm" ? [$"/usr/bin/{name}"] : [],
                },
            },
            manifest?.Invoke(upstream.Url) ?? GatewayUnderTest.Manifest(upstream.Url, Rules),
            clock
        );
        return new DecidedHouse(upstream, house);
    }

    /// <summary>What the client reads when the upstream streams a text in pieces of a size.</summary>
    public async Task<string> StreamAsync(string path, string stream, int size = int.MaxValue, string? type = null)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        Upstream.Answer = async context =>
        {
            context.Response.ContentType = type ?? "text/event-stream";
            for (var at = 0; at < bytes.Length; at += size)
            {
                await context.Response.Body.WriteAsync(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)));
                await context.Response.Body.FlushAsync();
                if (size == int.MaxValue)
                {
                    break;
                }
            }
        };
        return await ReadAsync(path);
    }

    /// <summary>What the client reads when the upstream answers one body.</summary>
    public async Task<string> BodyAsync(string path, string json)
    {
        Upstream.Answer = context => ScriptedUpstream.JsonAsync(context, json);
        return await ReadAsync(path);
    }

    /// <summary>What the client reads; ends in <see cref="Cut"/> when it was cut, or when it was answered by an error.</summary>
    public async Task<string> ReadAsync(string path)
    {
        var model = path.StartsWith("/v1/messages", StringComparison.Ordinal) ? "claude-test" : "gpt-test";
        var text = new MemoryStream();
        try
        {
            using var answer = await House.SendAsync(path, $$"""{"model":"{{model}}","stream":true}""");
            var body = await answer.Content.ReadAsStreamAsync();
            var piece = new byte[4096];
            for (int n; (n = await body.ReadAsync(piece)) > 0; )
            {
                text.Write(piece, 0, n);
            }

            return Encoding.UTF8.GetString(text.ToArray()) + ((int)answer.StatusCode >= 400 ? Cut : "");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return Encoding.UTF8.GetString(text.ToArray()) + Cut;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await House.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}
