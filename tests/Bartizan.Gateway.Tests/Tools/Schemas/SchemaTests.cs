using System.Text.Json;
using Bartizan.Gateway.Tools.Schemas;

namespace Bartizan.Gateway.Tests.Tools.Schemas;

/// <summary>What tools really declare, and what a hostile server declares instead.</summary>
public sealed class SchemaTests
{
    private const string Transfer = """
        {
          "type": "object",
          "properties": {
            "to": { "type": "string", "pattern": "^[A-Z]{2}[0-9]{4,}$", "maxLength": 34 },
            "amount": { "type": "number", "exclusiveMinimum": 0, "maximum": 1000, "multipleOf": 0.01 },
            "note": { "$ref": "#/$defs/text" }
          },
          "required": ["to", "amount"],
          "additionalProperties": false,
          "$defs": { "text": { "type": "string", "maxLength": 10 } }
        }
        """;

    [Theory]
    [InlineData("""{"to":"DE1234","amount":12.34}""", null, null)]
    [InlineData("""{"to":"DE1234","amount":1e2,"note":"hi"}""", null, null)]
    [InlineData("""{"amount":1}""", "", "required")]
    [InlineData("""{"to":"DE1234","amount":0}""", "/amount", "exclusiveMinimum")]
    [InlineData("""{"to":"DE1234","amount":0.005}""", "/amount", "multipleOf")]
    [InlineData("""{"to":"DE1234\n","amount":1}""", "/to", "pattern")]
    [InlineData("""{"to":"DE1234","amount":"1"}""", "/amount", "type")]
    [InlineData("""{"to":"DE1234","amount":1,"note":"longer than ten"}""", "/note", "maxLength")]
    [InlineData("""{"to":"DE1234","amount":1,"extra":1}""", "/extra", "false")]
    [InlineData("""{"to":"DE1234","amount":1000.00000000000000000000000001}""", "/amount", "maximum")]
    [InlineData("""{"to":"DE1234","amount":1,"note":"\ud800"}""", "", "string")]
    public void What_does_not_fit_is_named_with_its_place(string value, string? place, string? keyword)
    {
        var problem = Compile(Transfer).Validate(Json(value));

        problem?.Place.ShouldBe(place);
        (problem?.Keyword).ShouldBe(keyword);
    }

    [Fact]
    public void Schemas_of_older_drafts_mean_what_they_meant()
    {
        var schema = Compile(
            """
            {"$schema":"http://json-schema.org/draft-07/schema#","type":"array","items":[{"type":"string"}],"additionalItems":false}
            """
        );

        schema.Validate(Json("""["a"]""")).ShouldBeNull();
        schema.Validate(Json("""["a",1]""")).ShouldNotBeNull();
        schema.Validate(Json("[1]")).ShouldNotBeNull();
        Compile("""{"dependencies":{"a":["b"]}}""").Validate(Json("""{"a":1}""")).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("""{"$ref":"https://attacker.example/schema.json"}""")]
    [InlineData("""{"$ref":"file:///etc/passwd"}""")]
    [InlineData("""{"$ref":"#/$defs/nowhere"}""")]
    [InlineData("""{"properties":{"a":3}}""")]
    [InlineData("""{"type":"text"}""")]
    [InlineData("""{"type":"4"}""")]
    [InlineData("""{"type":"null,string"}""")]
    [InlineData("""{"pattern":"("}""")]
    [InlineData("""{"minimum":"1"}""")]
    [InlineData("[]")]
    public void What_is_no_schema_of_its_own_is_refused(string schema) =>
        Should.Throw<SchemaException>(() => Compile(schema)).Message.ShouldNotBeEmpty();

    [Fact]
    public void A_schema_that_leads_to_itself_on_the_same_value_ends_in_a_refusal() =>
        Compile("""{"$ref":"#"}""").Validate(Json("1"))!.Message.ShouldContain("too much");

    [Fact]
    public void A_not_around_what_takes_too_much_does_not_turn_it_into_a_match() =>
        Compile("""{"not":{"$ref":"#/$defs/a"},"$defs":{"a":{"$ref":"#/$defs/a"}}}""")
            .Validate(Json("1"))
            .ShouldNotBeNull();

    [Fact]
    public void A_schema_that_doubles_its_work_at_every_step_is_given_up()
    {
        var parts = string.Join(
            ",",
            Enumerable
                .Range(0, 40)
                .Select(i =>
                    $$"""
                        "d{{i}}":{"allOf":[{"$ref":"#/$defs/d{{i + 1}}"},{"$ref":"#/$defs/d{{i + 1}}"}]}
                        """
                )
        );
        var schema = Compile($$"""{"$ref":"#/$defs/d0","$defs":{ {{parts}},"d40":true} }""");

        schema.Validate(Json("1")).ShouldNotBeNull();
    }

    [Fact]
    public void A_pattern_that_backtracks_for_ever_is_no_match()
    {
        var schema = Compile("""{"pattern":"^(?=(a+)+$)b"}""");

        schema.Validate(Json($"\"{new string('a', 5000)}!\"")).ShouldNotBeNull();
    }

    [Fact]
    public void Schemas_nested_too_deep_are_refused()
    {
        var text = "true";
        for (var i = 0; i < 70; i++)
        {
            text = $$"""{"allOf":[{"not":{{text}}}]}""";
        }

        Should.Throw<SchemaException>(() => JsonSchema.Compile(Deep(text)));
    }

    private static JsonElement Deep(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1000 });
        return document.RootElement.Clone();
    }

    private static JsonSchema Compile(string schema) => JsonSchema.Compile(Json(schema));

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
