using System.Text;
using System.Text.Json;
using Bartizan.Core.Manifests;
using static Bartizan.Gateway.Tests.Egress.Injection.Requests;

namespace Bartizan.Gateway.Tests.Egress.Injection;

public sealed class PlacingTests
{
    [Fact]
    public void A_bearer_token_takes_the_place_of_whatever_the_agent_sent_as_authorization()
    {
        var made = Put(
            Of("", null, ("authorization", "Bearer mine"), ("Accept", "*/*"), ("AUTHORIZATION", "Basic eDp5")),
            CredentialSurface.Bearer
        );

        FieldsOf(made).ShouldBe(["Accept: */*", $"Authorization: Bearer {Value}"]);
    }

    [Fact]
    public void A_header_is_replaced_in_every_spelling_that_a_server_takes_for_it()
    {
        var made = Put(
            Of("", null, ("x-api-key", "a"), ("X_Api_Key", "b"), ("X-API_KEY", "c"), ("X-Api-Key2", "stays")),
            CredentialSurface.Header,
            "X-Api-Key"
        );

        FieldsOf(made).ShouldBe(["X-Api-Key2: stays", $"X-Api-Key: {Value}"]);
    }

    [Fact]
    public void Basic_takes_the_value_as_password()
    {
        var field = FieldsOf(Put(Of(), CredentialSurface.Basic, "git"))[0];

        Encoding
            .ASCII.GetString(Convert.FromBase64String(field["Authorization: Basic ".Length..]))
            .ShouldBe($"git:{Value}");
    }

    [Theory]
    [InlineData("", "?key=V")]
    [InlineData("?a=1&b=%20", "?a=1&b=%20&key=V")]
    [InlineData("?key=mine&a=1&KEY=2&k%65y=3&+key=4&key", "?a=1&key=V")]
    [InlineData("?keys=1", "?keys=1&key=V")]
    public void A_parameter_of_the_query_is_replaced_however_it_is_spelled(string query, string made) =>
        Put(Of(query), CredentialSurface.Query, "key")
            .Request!.Query.ShouldBe(
                made.Replace("V", "ghp_r34l%2FValue%2Bwith%3Dsigns%260123456789ab", StringComparison.Ordinal)
            );

    [Theory]
    [InlineData("?a=1;key=mine")]
    [InlineData("?key=1;b=2")]
    [InlineData("?a;K%45y=mine&b")]
    public void A_query_that_some_servers_read_otherwise_is_refused(string query) =>
        Put(Of(query), CredentialSurface.Query, "key").Problem.ShouldContain("read in two ways");

    [Fact]
    public void A_form_has_the_field_once()
    {
        var made = Put(Form("a=1&token=mine&TOKEN=x&t%6Fken=y"), CredentialSurface.Form, "token");

        BodyOf(made).ShouldBe("a=1&token=ghp_r34l%2FValue%2Bwith%3Dsigns%260123456789ab");
    }

    [Theory]
    [InlineData("""{"auth":{"token":"mine","n":1.00}}""")]
    [InlineData("""{ "x": "\u00e9", "auth" : { "t\u006fken" : "" , "n":1.00 } }""")]
    public void A_string_of_json_is_replaced_and_every_other_byte_stays(string body)
    {
        var text = BodyOf(Put(Json(body), CredentialSurface.Json, "/auth/token", "a\"b\\c"));

        JsonDocument.Parse(text).RootElement.GetProperty("auth").GetProperty("token").GetString().ShouldBe("a\"b\\c");
        text.ShouldContain("1.00");
        text.ShouldStartWith(body[..10]);
    }

    [Fact]
    public void A_pointer_goes_into_lists_and_through_its_escapes() =>
        BodyOf(Put(Json("""[{"a/b":[1,{"~":"x"}]}]"""), CredentialSurface.Json, "/0/a~1b/1/~0", "v"))
            .ShouldBe("""[{"a/b":[1,{"~":"v"}]}]""");

    [Theory]
    [InlineData("""{"token":"a","token":"b"}""")]
    [InlineData("""{"token":"a","t\u006fken":"b"}""")]
    [InlineData("""{"token":"a","Token":"b"}""")]
    [InlineData("""{"token":["a"]}""")]
    [InlineData("""{"token":null}""")]
    [InlineData("""{"other":"a"}""")]
    [InlineData("""{"token":"a"} {"token":"b"}""")]
    [InlineData("""{"token":"a",}""")]
    [InlineData("""{/*x*/"token":"a"}""")]
    [InlineData("token")]
    [InlineData("\ufeff{\"token\":\"a\"}")]
    public void A_body_that_can_be_read_in_two_ways_is_refused(string body) =>
        Put(Json(body), CredentialSurface.Json, "/token").Request.ShouldBeNull();

    [Theory]
    [InlineData("Content-Type", "text/plain", "doesn't say so")]
    [InlineData("Content-Encoding", "gzip", "packed")]
    [InlineData("Content-Type", "application/json", "doesn't say so")]
    public void A_body_of_another_kind_is_refused(string name, string value, string why)
    {
        var request = Form("token=a");

        Put(request with { Fields = request.Fields.Add(new(name, value)) }, CredentialSurface.Form, "token")
            .Problem.ShouldContain(why);
        Put(Of("", "token=a"), CredentialSurface.Form, "token").Problem.ShouldContain("doesn't say so");
        Put(
            Of("", new string('a', (1 << 20) + 1), ("Content-Type", "application/x-www-form-urlencoded")),
            CredentialSurface.Form,
            "t"
        )
            .Problem.ShouldContain("1 MiB");
        Put(
            Of("", "t=a", ("Content-Type", "application/x-www-form-urlencoded; charset=utf-16")),
            CredentialSurface.Form,
            "t"
        )
            .Problem.ShouldContain("charset");
    }

    [Theory]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\tb")]
    [InlineData("\u00e9")]
    [InlineData("a\u010a")]
    [InlineData("")]
    public void A_value_that_would_make_another_request_of_it_is_put_nowhere(string value)
    {
        foreach (var surface in Enum.GetValues<CredentialSurface>())
        {
            var made = Put(Json("""{"x":"y"}"""), surface, surface == CredentialSurface.Json ? "/x" : "x", value);

            made.Request.ShouldBeNull();
            made.Problem.ShouldNotContain("Evil");
        }
    }
}
