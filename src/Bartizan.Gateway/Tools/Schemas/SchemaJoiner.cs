using System.Text.Json;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>Leads each reference to its schema, once everything is read.</summary>
internal static class SchemaJoiner
{
    /// <summary>Joins what was read; reading goes on while references lead to documents and places not read yet.</summary>
    /// <exception cref="SchemaException">When a reference leads nowhere.</exception>
    public static void Join(SchemaLibrary library)
    {
        while (library.Unjoined.TryDequeue(out var node))
        {
            if (node.Reference is { } reference)
            {
                node.ReferenceTarget = Target(library, node, reference).Node;
            }

            if (node.DynamicReference is { } dynamic)
            {
                node.DynamicTarget = Target(library, node, dynamic).Node;
            }
        }
    }

    private static (SchemaNode Node, SchemaResource Resource) Target(
        SchemaLibrary library,
        SchemaNode node,
        string reference
    )
    {
        var (uri, fragment) = SchemaUri.Resolve(node.Resource.Id, reference);
        var resource = library.Find(uri) ?? throw Nowhere(node, reference);
        if (fragment.Length > 0 && fragment[0] != '/')
        {
            return resource.Anchors.TryGetValue(fragment, out var anchored)
                ? (anchored, resource)
                : throw Nowhere(node, reference);
        }

        return (At(library, resource, fragment) ?? throw Nowhere(node, reference), resource);
    }

    private static SchemaNode? At(SchemaLibrary library, SchemaResource resource, string pointer)
    {
        var place = resource.Place + pointer;
        if (resource.Document.Nodes.TryGetValue(place, out var node))
        {
            return node;
        }

        var at = resource.Document.Root;
        foreach (var step in place.Split('/').Skip(1).Select(SchemaUri.Unescape))
        {
            var position = at.ValueKind == JsonValueKind.Array ? SchemaUri.Position(step) : -1;
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(step, out var property))
            {
                at = property;
            }
            else if (position >= 0 && position < at.GetArrayLength())
            {
                at = at[position];
            }
            else
            {
                return null;
            }
        }

        return SchemaReader.ReadAt(library, at, place, resource);
    }

    private static SchemaException Nowhere(SchemaNode node, string reference) =>
        new($"`{node.Place}` refers to `{reference}`, which isn't there; nothing is fetched");
}
