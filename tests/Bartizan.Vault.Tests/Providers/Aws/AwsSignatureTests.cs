using System.Text;
using Bartizan.Vault.Providers.Aws;
using Bartizan.Vault.Tests.Providers.Clouds;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Vault.Tests.Providers.Aws;

/// <summary>What signs, and what the test's AWS verifies by, against what AWS publishes: its suite for Signature Version 4.</summary>
public sealed class AwsSignatureTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private const string Token =
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

    private static readonly DateTimeOffset s_time = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", "", null, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData(
        "application/x-www-form-urlencoded",
        "Param1=value1",
        null,
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
    )]
    [InlineData("", "", Token, "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead")]
    public void The_suite_of_aws(string type, string body, string? token, string signature)
    {
        using var key = new AwsKey(
            "AKIDEXAMPLE",
            new Vault.Secret(Secret),
            token is null ? null : new Vault.Secret(token)
        );

        var fields = AwsSignature.Sign(
            key,
            new AwsScope("us-east-1", "service"),
            "example.amazonaws.com",
            type.Length == 0 ? [] : [("content-type", type)],
            Encoding.ASCII.GetBytes(body),
            s_time
        );

        fields.Single(one => one.Name == "Authorization").Value.ShouldEndWith($"Signature={signature}");
        var ask = new OwnAsk(
            "POST",
            "/",
            "",
            "example.amazonaws.com",
            new HeaderDictionary(),
            Encoding.ASCII.GetBytes(body)
        );
        foreach (var (name, value) in fields)
        {
            ask.Fields[name] = value;
        }

        var known = new OwnKey("AKIDEXAMPLE", Secret, token, DateTimeOffset.MaxValue);
        OwnSignature.Verify(ask, "us-east-1", "service", _ => known, s_time).Code.ShouldBe("");
        OwnSignature.Verify(ask, "us-east-1", "service", _ => known with { Value = "x" }, s_time).Code.ShouldNotBe("");
    }

    [Theory]
    [InlineData("GET", "/", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData(
        "GET",
        "/",
        "Param2=value2&Param1=value1",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    )]
    [InlineData("GET", "/%E1%88%B4", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85")]
    public void The_tests_aws_takes_the_suites_signatures_and_no_others(
        string method,
        string path,
        string query,
        string signature
    )
    {
        var ask = new OwnAsk(method, path, query, "example.amazonaws.com", new HeaderDictionary(), []);
        ask.Fields["x-amz-date"] = "20150830T123600Z";
        ask.Fields.Authorization = Shown(signature);
        var key = new OwnKey("AKIDEXAMPLE", Secret, null, DateTimeOffset.MaxValue);

        Code(ask).ShouldBe("");
        Code(ask with { Path = path + "x" }).ShouldBe("SignatureDoesNotMatch");
        Code(ask with { Body = [1] }).ShouldBe("SignatureDoesNotMatch");
        OwnSignature
            .Verify(ask, "us-east-1", "service", _ => key, s_time.AddMinutes(6))
            .Code.ShouldBe("RequestTimeTooSkewed");
        ask.Fields["x-amz-security-token"] = "unsigned";
        Code(ask).ShouldBe("SignatureDoesNotMatch");

        string Code(OwnAsk one) => OwnSignature.Verify(one, "us-east-1", "service", _ => key, s_time).Code;
    }

    private static string Shown(string signature) =>
        $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature={signature}";
}
