using System.Text.Json.Nodes;

namespace Bartizan.Posture.RedTeam;

/// <summary>A value of a suite, with its place for errors.</summary>
/// <param name="Node">The value.</param>
/// <param name="Place">Where it stands.</param>
internal readonly record struct SuiteNode(JsonNode? Node, string Place)
{
    /// <summary>It as text.</summary>
    public string Text() =>
        Node is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw No("a text");

    /// <summary>A member that is a text.</summary>
    public string Text(string name) => Member(name).Text();

    /// <summary>A member that is a text; another value when it is left out.</summary>
    public string TextOr(string name, string other) => Has(name) ? Member(name).Text() : other;

    /// <summary>A member that is true or false; another value when it is left out.</summary>
    public bool FlagOr(string name, bool other) =>
        !Has(name) ? other
        : Member(name).Node is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag
        : throw Member(name).No("true or false");

    /// <summary>A member that is an object, on its own.</summary>
    public JsonObject Object(string name) =>
        Member(name).Node is JsonObject found ? (JsonObject)found.DeepClone() : throw Member(name).No("an object");

    /// <summary>A member of any kind but null, on its own.</summary>
    public JsonNode Any(string name) => Member(name).Node?.DeepClone() ?? throw Member(name).No("a value");

    /// <summary>The same; null when it is left out.</summary>
    public JsonNode? AnyOr(string name) => Has(name) ? Member(name).Node?.DeepClone() : null;

    /// <summary>A member that is a list.</summary>
    public IEnumerable<SuiteNode> List(string name) => Member(name).Items();

    /// <summary>The same; nothing when it is left out.</summary>
    public IEnumerable<SuiteNode> ListOr(string name) => Has(name) ? Member(name).Items() : [];

    /// <summary>The values of a member that is an object.</summary>
    public IEnumerable<(string Name, SuiteNode Value)> Members(string name)
    {
        var member = Member(name);
        var found = member.Node as JsonObject ?? throw member.No("an object");
        return found.Select(one => (one.Key, new SuiteNode(one.Value, $"{member.Place}.{one.Key}")));
    }

    /// <summary>The same; nothing when it is left out.</summary>
    public IEnumerable<(string Name, SuiteNode Value)> MembersOr(string name) => Has(name) ? Members(name) : [];

    /// <summary>Its values, as a list.</summary>
    public IEnumerable<SuiteNode> Items()
    {
        var place = Place;
        return Node is JsonArray list
            ? list.Select((one, at) => new SuiteNode(one, $"{place}[{at}]"))
            : throw No("a list");
    }

    // A null is left out, too.
    private bool Has(string name) => Node is JsonObject found && found[name] is not null;

    private SuiteNode Member(string name) =>
        Node is not JsonObject found ? throw No("an object")
        : found.TryGetPropertyValue(name, out var value) ? new SuiteNode(value, $"{Place}.{name}")
        : throw new SuiteException($"{Place} has no `{name}`");

    private SuiteException No(string kind) =>
        new($"{Place} is {Node?.GetValueKind().ToString().ToLowerInvariant() ?? "null"}, not {kind}");
}
