using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>
/// Reads a document's schemas, every one that a keyword of 2020-12 leads to, with its identifiers and anchors. What stands under an
/// unknown keyword is read when a reference leads there. The array form of <c>items</c> and <c>dependencies</c>, which tools still
/// write from older drafts, mean what they meant there.
/// </summary>
internal sealed class SchemaReader
{
    private readonly SchemaLibrary _library;
    private readonly SchemaDocument _document;
    private readonly SchemaVocabulary _vocabulary;

    private SchemaReader(SchemaLibrary library, SchemaDocument document, SchemaVocabulary vocabulary)
    {
        _library = library;
        _document = document;
        _vocabulary = vocabulary;
    }

    /// <summary>Reads a whole document that was found under <paramref name="uri"/>.</summary>
    public static SchemaNode ReadDocument(SchemaLibrary library, JsonElement root, string uri)
    {
        var meta = Text(root, "$schema");
        var vocabulary = meta is null ? SchemaVocabulary.All : library.VocabularyOf(meta);
        var document = new SchemaDocument(root);
        var resource = new SchemaResource(uri, "", document);
        library.TryAdd(resource);
        return new SchemaReader(library, document, vocabulary).Read(root, "", resource, 0);
    }

    /// <summary>Reads the schema at a place that no keyword led to.</summary>
    public static SchemaNode ReadAt(SchemaLibrary library, JsonElement schema, string place, SchemaResource resource) =>
        new SchemaReader(library, resource.Document, SchemaVocabulary.All).Read(schema, place, resource, 0);

    private SchemaNode Read(JsonElement schema, string place, SchemaResource resource, int depth)
    {
        _library.Count();
        if (depth > SchemaLibrary.MaxDepth)
        {
            throw new SchemaException($"`{place}`: schemas stand deeper than {SchemaLibrary.MaxDepth} in one another");
        }

        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            var boolean = schema.ValueKind == JsonValueKind.True;
            return Keep(
                new SchemaNode
                {
                    Place = place,
                    Resource = resource,
                    Boolean = boolean,
                }
            );
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw new SchemaException($"`{place}` is no schema: an object, `true` or `false` is one");
        }

        // In older drafts an identifier that is a fragment only names the place.
        var id = Text(schema, "$id");
        if (id is { Length: > 0 } && id[0] != '#')
        {
            var own = SchemaUri.Resolve(resource.Id, id).Base;
            if (own != resource.Id)
            {
                resource = new SchemaResource(own, place, _document);
                _library.TryAdd(resource);
            }
        }

        var node = Keep(new Keywords(this, schema, place, resource, depth).Build());
        if (id is ['#', .. var old])
        {
            resource.Anchors.TryAdd(old, node);
        }

        if (Text(schema, "$anchor") is { } anchor)
        {
            resource.Anchors.TryAdd(anchor, node);
        }

        if (node.DynamicAnchor is { } dynamic)
        {
            resource.Anchors.TryAdd(dynamic, node);
            resource.DynamicAnchors.TryAdd(dynamic, node);
        }

        if (node.Reference is not null || node.DynamicReference is not null)
        {
            _library.Unjoined.Enqueue(node);
        }

        return node;
    }

    private SchemaNode Keep(SchemaNode node)
    {
        _document.Nodes.TryAdd(node.Place, node);
        return node;
    }

    private static string? Text(JsonElement schema, string keyword) =>
        schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty(keyword, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>The keywords of one schema.</summary>
    private readonly struct Keywords(
        SchemaReader reader,
        JsonElement schema,
        string place,
        SchemaResource resource,
        int depth
    )
    {
        public SchemaNode Build()
        {
            var tuple = Find("items", SchemaVocabulary.Applicator) is { ValueKind: JsonValueKind.Array };
            ReadRest();
            return new SchemaNode
            {
                Place = place,
                Resource = resource,
                Reference = Text(schema, "$ref"),
                DynamicReference = Text(schema, "$dynamicRef"),
                DynamicAnchor = Text(schema, "$dynamicAnchor"),
                AllOf = List("allOf"),
                AnyOf = List("anyOf"),
                OneOf = List("oneOf"),
                Not = One("not"),
                If = One("if"),
                Then = One("then"),
                Else = One("else"),
                DependentSchemas = Map("dependentSchemas").SetItems(OldDependencies()),
                PrefixItems = List(tuple ? "items" : "prefixItems"),
                Items = One(tuple ? "additionalItems" : "items"),
                Contains = One("contains"),
                Properties = Map("properties"),
                PatternProperties = Patterns(),
                AdditionalProperties = One("additionalProperties"),
                PropertyNames = One("propertyNames"),
                UnevaluatedItems = One("unevaluatedItems", SchemaVocabulary.Unevaluated),
                UnevaluatedProperties = One("unevaluatedProperties", SchemaVocabulary.Unevaluated),
                Types = Types(),
                Enum = Assertion("enum") is { ValueKind: JsonValueKind.Array } values
                    ? [.. values.EnumerateArray()]
                    : null,
                Const = Assertion("const"),
                MultipleOf = Number("multipleOf", positive: true),
                Maximum = Number("maximum"),
                ExclusiveMaximum = Number("exclusiveMaximum"),
                Minimum = Number("minimum"),
                ExclusiveMinimum = Number("exclusiveMinimum"),
                MaxLength = Count("maxLength"),
                MinLength = Count("minLength"),
                Pattern = Assertion("pattern") is { } pattern
                    ? SchemaPattern.Compile(RequireText(pattern, "pattern"), $"{place}/pattern")
                    : null,
                MaxItems = Count("maxItems"),
                MinItems = Count("minItems"),
                UniqueItems = Assertion("uniqueItems") is { ValueKind: JsonValueKind.True },
                MaxContains = Count("maxContains"),
                MinContains = Count("minContains"),
                MaxProperties = Count("maxProperties"),
                MinProperties = Count("minProperties"),
                Required = Assertion("required") is { } required ? Names(required, "required") : [],
                DependentRequired = DependentNames(),
            };
        }

        // Schemas that nothing applies by itself: references lead there.
        private void ReadRest()
        {
            foreach (var keyword in (string[])["$defs", "definitions"])
            {
                _ = Map(keyword, SchemaVocabulary.None);
            }
        }

        private JsonElement? Find(string keyword, SchemaVocabulary vocabulary) =>
            (reader._vocabulary & vocabulary) == vocabulary && schema.TryGetProperty(keyword, out var value)
                ? value
                : null;

        private JsonElement? Assertion(string keyword) => Find(keyword, SchemaVocabulary.Validation);

        private SchemaNode Child(JsonElement value, string below) =>
            reader.Read(value, $"{place}/{below}", resource, depth + 1);

        private SchemaNode? One(string keyword, SchemaVocabulary vocabulary = SchemaVocabulary.Applicator) =>
            Find(keyword, vocabulary) is { } value ? Child(value, keyword) : null;

        private ImmutableArray<SchemaNode> List(string keyword)
        {
            if (Find(keyword, SchemaVocabulary.Applicator) is not { } value)
            {
                return [];
            }

            Require(value.ValueKind == JsonValueKind.Array, keyword, "a list of schemas");
            var nodes = ImmutableArray.CreateBuilder<SchemaNode>();
            foreach (var item in value.EnumerateArray())
            {
                nodes.Add(Child(item, $"{keyword}/{nodes.Count}"));
            }

            return nodes.ToImmutable();
        }

        private ImmutableDictionary<string, SchemaNode> Map(
            string keyword,
            SchemaVocabulary vocabulary = SchemaVocabulary.Applicator
        )
        {
            var nodes = ImmutableDictionary.CreateBuilder<string, SchemaNode>(StringComparer.Ordinal);
            if (Find(keyword, vocabulary) is { } value)
            {
                Require(value.ValueKind == JsonValueKind.Object, keyword, "schemas by name");
                foreach (var property in value.EnumerateObject())
                {
                    nodes[property.Name] = Child(property.Value, $"{keyword}/{SchemaUri.Escape(property.Name)}");
                }
            }

            return nodes.ToImmutable();
        }

        private ImmutableArray<(Regex Name, SchemaNode Schema)> Patterns()
        {
            var at = place;
            return
            [
                .. Map("patternProperties")
                    .Select(p => (SchemaPattern.Compile(p.Key, $"{at}/patternProperties"), p.Value)),
            ];
        }

        private Dictionary<string, SchemaNode> OldDependencies()
        {
            var nodes = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
            if (Find("dependencies", SchemaVocabulary.Applicator) is { ValueKind: JsonValueKind.Object } value)
            {
                foreach (var property in value.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Array))
                {
                    nodes[property.Name] = Child(property.Value, $"dependencies/{SchemaUri.Escape(property.Name)}");
                }
            }

            return nodes;
        }

        private ImmutableDictionary<string, ImmutableArray<string>> DependentNames()
        {
            var names = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
            foreach (var keyword in (string[])["dependencies", "dependentRequired"])
            {
                if (Assertion(keyword) is not { ValueKind: JsonValueKind.Object } value)
                {
                    continue;
                }

                foreach (var property in value.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Array))
                {
                    names[property.Name] = Names(property.Value, keyword);
                }
            }

            return names.ToImmutable();
        }

        private JsonKinds? Types()
        {
            if (Assertion("type") is not { } value)
            {
                return null;
            }

            var kinds = JsonKinds.None;
            foreach (
                var name in value.ValueKind == JsonValueKind.Array ? Names(value, "type") : [RequireText(value, "type")]
            )
            {
                // Numbers and lists would be parsed as kinds too.
                var kind = JsonKinds.None;
                var known = name.All(char.IsAsciiLetterLower) && Enum.TryParse(name, ignoreCase: true, out kind);
                Require(known && kind != JsonKinds.None, "type", "a type");
                kinds |= kind;
            }

            return kinds;
        }

        private JsonNumber? Number(string keyword, bool positive = false)
        {
            if (Assertion(keyword) is not { } value)
            {
                return null;
            }

            var number = default(JsonNumber);
            Require(
                value.ValueKind == JsonValueKind.Number && JsonNumber.TryParse(value.GetRawText(), out number),
                keyword,
                "a number"
            );
            Require(!positive || number.Mantissa.Sign > 0, keyword, "more than 0");
            return number;
        }

        private int? Count(string keyword)
        {
            if (Number(keyword) is not { } number)
            {
                return null;
            }

            Require(number.IsInteger && number.Mantissa.Sign >= 0, keyword, "a whole number from 0 up");
            var most = new JsonNumber(int.MaxValue, 0);
            return number.CompareTo(most) > 0
                ? int.MaxValue
                : (int)(number.Mantissa * System.Numerics.BigInteger.Pow(10, number.Exponent));
        }

        private ImmutableArray<string> Names(JsonElement value, string keyword)
        {
            Require(value.ValueKind == JsonValueKind.Array, keyword, "a list of names");
            var names = ImmutableArray.CreateBuilder<string>();
            foreach (var item in value.EnumerateArray())
            {
                names.Add(RequireText(item, keyword));
            }

            return names.ToImmutable();
        }

        private string RequireText(JsonElement value, string keyword)
        {
            Require(value.ValueKind == JsonValueKind.String, keyword, "text");
            return value.GetString()!;
        }

        private void Require(bool holds, string keyword, string what)
        {
            if (!holds)
            {
                throw new SchemaException($"`{place}/{keyword}` must be {what}");
            }
        }
    }
}
