using System.Collections.Immutable;
using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Egress;
using Bartizan.Gateway.Egress.Injection;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Gateway.Tests.Egress.Injection.Attacks;

/// <summary>Placeholders where they don't belong, and as somebody else's.</summary>
public sealed class PlaceholderTests
{
    private static readonly CredentialSource Token = new("token", CredentialOrigin.Vault, "github/x")
    {
        Variable = "GITHUB_TOKEN",
        Shape = PlaceholderShape.GitHub,
    };
    private static readonly CredentialSource Key = new("key", CredentialOrigin.Vault, "other/y")
    {
        Variable = "OTHER_KEY",
        Place = new CredentialPlace(CredentialSurface.Json, "/auth/key"),
    };

    private readonly PlaceholderBook _book = new();
    private readonly PlaceholderCheck _check;
    private readonly Session _mine;
    private readonly Session _theirs;

    public PlaceholderTests()
    {
        _check = new PlaceholderCheck(_book, SecretSearch.Of);
        (_mine, _theirs) = (Open(), Open());
        _book.VariablesOf(_mine).Count.ShouldBe(2);
    }

    [Fact]
    public void In_its_place_it_is_what_the_value_takes_the_place_of()
    {
        var own = _book.Of(_mine, "token")!;

        Problem(Token, ("Authorization", $"Bearer {own}")).ShouldBeNull();
        Problem(Token, ("authorization", $"token {own}")).ShouldBeNull();
        Problem(Token, ("Authorization", $"Basic {Base64($"git:{own}")}")).ShouldBeNull();
        Problem(Token).ShouldBeNull();
        _check
            .Problem(_mine, Requests.Json($$$"""{"auth":{"key":"{{{_book.Of(_mine, "key")}}}"}}"""), Key)
            .ShouldBeNull();
    }

    [Fact]
    public void That_of_another_session_is_refused_in_the_right_place()
    {
        var theirs = _book.Of(_theirs, "token")!;

        Problem(Token, ("Authorization", $"Bearer {theirs}")).ShouldNotBeNull().ShouldContain("another session");
        Problem(Token, ("Authorization", $"Basic {Base64($"u:{theirs}")}"))
            .ShouldNotBeNull()
            .ShouldContain("another session");
        Problem(Token, ("Authorization", $"Bearer {_book.Of(_mine, "token")} {theirs}"))
            .ShouldNotBeNull()
            .ShouldContain("another session");
        Problem(Token, ("Authorization", $"Bearer {_book.Of(_mine, "key")}"))
            .ShouldNotBeNull()
            .ShouldContain("another session");
        _check
            .Problem(_mine, Requests.Json($$$"""{"auth":{"key":"{{{_book.Of(_theirs, "key")}}}"}}"""), Key)
            .ShouldNotBeNull()
            .ShouldContain("another session");
    }

    [Fact]
    public void On_another_surface_it_is_refused()
    {
        var own = _book.Of(_mine, "token")!;

        Problem(Token, ("X-Token", own)).ShouldNotBeNull().ShouldContain("no rule");
        Problem(Token, ("Cookie", $"t={own}")).ShouldNotBeNull().ShouldContain("no rule");
        Problem(Token, (own, "x")).ShouldNotBeNull().ShouldContain("no rule");
        _check.Problem(_mine, Requests.Of($"?t={own}"), Token).ShouldNotBeNull().ShouldContain("no rule");
        _check.Problem(_mine, Requests.Of("", $"a={own}"), Token).ShouldNotBeNull().ShouldContain("no rule");
        _check
            .Problem(_mine, Requests.Of() with { Path = $"/{own}" }, Token)
            .ShouldNotBeNull()
            .ShouldContain("no rule");
        _check
            .Problem(_mine, Requests.Of() with { Authority = $"{own.ToLowerInvariant()}.evil.example" }, Token)
            .ShouldNotBeNull()
            .ShouldContain("no rule");
        _check
            .Problem(_mine, Requests.Json($$$"""{"auth":{"key":"x"},"more":"{{{_book.Of(_mine, "key")}}}"}"""), Key)
            .ShouldNotBeNull()
            .ShouldContain("no rule");
    }

    [Fact]
    public void To_another_host_whose_rule_names_no_credential_it_is_refused() =>
        Problem(null, ("Authorization", $"Bearer {_book.Of(_mine, "token")}"))
            .ShouldNotBeNull()
            .ShouldContain("no rule");

    [Theory]
    [InlineData("base64")]
    [InlineData("base64 within")]
    [InlineData("hex")]
    [InlineData("reversed")]
    [InlineData("percent")]
    [InlineData("escapes")]
    [InlineData("spaced")]
    [InlineData("half")]
    public void In_another_form_it_is_refused_too(string form)
    {
        var own = _book.Of(_mine, "token")!;
        var text = form switch
        {
            "base64" => Base64(own),
            "base64 within" => Base64("{\"x\":\"" + own + "\"}"),
            "hex" => Convert.ToHexString(Encoding.ASCII.GetBytes(own)),
            "reversed" => new string([.. own.Reverse()]),
            "percent" => string.Concat(own.Select(c => $"%{(int)c:x2}")),
            "escapes" => string.Concat(own.Select(c => $"\\u{(int)c:x4}")),
            "spaced" => string.Join(' ', own.ToCharArray()),
            _ => own[..22],
        };

        _check.Problem(_mine, Requests.Of("", $"{{\"note\":\"{text}\"}}"), Token).ShouldNotBeNull();
        _check.Problem(_mine, Requests.Of($"?note={text}"), null).ShouldNotBeNull();
    }

    [Fact]
    public void A_body_that_streams_is_looked_through_as_it_goes()
    {
        var own = Encoding.ASCII.GetBytes(_book.Of(_mine, "token")!);
        for (var cut = 0; cut < own.Length; cut++)
        {
            var along = _check.Along();
            along.Take([.. "begin "u8, .. own.AsSpan(0, cut)], false).Length.ShouldBe(0);
            along.Take([.. own.AsSpan(cut), .. " end"u8], true);

            along.Found.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void Its_shape_is_the_one_that_clients_look_for()
    {
        string Of(PlaceholderShape shape) => _book.Of(Open(shape), "token")!;

        Of(PlaceholderShape.GitHub).ShouldMatch("^ghp_[A-Za-z0-9]{36}$");
        Of(PlaceholderShape.OpenAI).ShouldMatch("^sk-[A-Za-z0-9]{48}$");
        Of(PlaceholderShape.Anthropic).ShouldMatch("^sk-ant-api03-[A-Za-z0-9_-]{93}AA$");
        Of(PlaceholderShape.Aws).ShouldMatch("^[A-Za-z0-9/+]{40}$");
        Of(PlaceholderShape.Plain).ShouldMatch("^[A-Za-z0-9]{40}$");
        var parts = Of(PlaceholderShape.Jwt).Split('.');
        parts.Length.ShouldBe(3);
        Encoding
            .ASCII.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[0]))
            .ShouldContain("\"alg\":\"HS256\"");
    }

    [Fact]
    public void No_two_sessions_credentials_or_instances_have_one()
    {
        string?[] all =
        [
            _book.Of(_mine, "token"),
            _book.Of(_theirs, "token"),
            _book.Of(_mine, "key"),
            new PlaceholderBook().Of(_mine, "token"),
        ];

        all.Distinct().Count().ShouldBe(4);
        _book.Of(_mine, "token").ShouldBe(_book.Of(_mine, "token"));
        _book.Of(_mine, "none").ShouldBeNull();
    }

    private string? Problem(CredentialSource? injected, params (string Name, string Value)[] fields) =>
        _check.Problem(_mine, Requests.Of("", null, fields), injected);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    private static Session Open(PlaceholderShape shape = PlaceholderShape.GitHub)
    {
        var manifest = Rules.Manifest("allow: connect a.example:443") with
        {
            Credentials = ImmutableDictionary<string, CredentialSource>
                .Empty.Add("token", Token with { Shape = shape })
                .Add("key", Key),
        };
        return Session.Open(SessionId.New(), manifest, Policy.Compile(manifest, false), "ann", false).Session;
    }
}
