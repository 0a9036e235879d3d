using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Bartizan.Core.Conditions;

/// <summary>Reads arguments from the call's JSON. Whatever two readers could understand differently is unknown.</summary>
internal static class ArgumentReader
{
    private const int LongS = 0x17f;

    /// <summary>The argument at the end of <paramref name="path"/>.</summary>
    public static Operand Read(JsonElement args, ReadOnlySpan<PathStep> path, ref Scratch scratch)
    {
        foreach (var step in path)
        {
            if (TryStep(args, step, out args) != Truth.True)
            {
                return default;
            }
        }

        return Read(args, ref scratch);
    }

    /// <summary>
    /// Whether there is something at the end of the path; unknown when there is nothing to look in, or <c>null</c>, which some
    /// take for absent.
    /// </summary>
    public static Truth IsPresent(JsonElement args, ReadOnlySpan<PathStep> path)
    {
        foreach (var step in path[..^1])
        {
            if (TryStep(args, step, out args) != Truth.True)
            {
                return Truth.Unknown;
            }
        }

        var found = TryStep(args, path[^1], out var value);
        return value.ValueKind == JsonValueKind.Null ? Truth.Unknown : found;
    }

    /// <summary>One step: unknown where two readers could take different members, false where there is none.</summary>
    public static Truth Find(JsonElement from, PathStep step, out JsonElement to) => TryStep(from, step, out to);

    /// <summary>The value that <paramref name="json"/> is.</summary>
    public static Operand Read(JsonElement json, ref Scratch scratch)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Null:
                return Operand.Of(OperandKind.Null);
            case JsonValueKind.True:
                return Operand.Of(OperandKind.Bool, 1);
            case JsonValueKind.False:
                return Operand.Of(OperandKind.Bool);
            case JsonValueKind.String:
                var raw = JsonMarshal.GetRawUtf8Value(json)[1..^1];
                return JsonText.TryRead(raw, ref scratch, out var text) ? Operand.OfText(text) : default;
            case JsonValueKind.Number:
                return ReadNumber(json);
            case JsonValueKind.Array:
                return new Operand { Kind = OperandKind.JsonList, Json = json };
            case JsonValueKind.Object:
                return Operand.Of(OperandKind.Object);
            default:
                return default;
        }
    }

    // Digits alone are whole and must fit 64 bits; a fraction or an exponent makes a double, which must not over- or underflow.
    private static Operand ReadNumber(JsonElement json)
    {
        var raw = JsonMarshal.GetRawUtf8Value(json);
        if (!raw.ContainsAny((byte)'.', (byte)'e', (byte)'E'))
        {
            return json.TryGetInt64(out var whole) ? Operand.Of(OperandKind.Int, whole) : default;
        }

        if (!json.TryGetDouble(out var real) || !double.IsFinite(real))
        {
            return default;
        }

        var exponent = raw.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = exponent < 0 ? raw : raw[..exponent];
        var underflows = real == 0 && mantissa.ContainsAnyInRange((byte)'1', (byte)'9');
        return underflows ? default : Operand.Of(real);
    }

    private static Truth TryStep(JsonElement from, PathStep step, out JsonElement to)
    {
        to = default;
        if (step.Name is not null)
        {
            return from.ValueKind == JsonValueKind.Object ? TryMember(from, step, out to) : Truth.Unknown;
        }

        if (from.ValueKind != JsonValueKind.Array || step.Index >= from.GetArrayLength())
        {
            return Truth.Unknown;
        }

        to = from[step.Index];
        return Truth.True;
    }

    // Readers differ in which of two equal names counts, and some (encoding/json of Go) take names of another case for the
    // same: an object that holds both has no known member of that name.
    private static Truth TryMember(JsonElement from, PathStep step, out JsonElement to)
    {
        to = default;
        var (exact, alike) = (0, 0);
        foreach (var member in from.EnumerateObject())
        {
            switch (Likeness(JsonMarshal.GetRawUtf8PropertyName(member), step))
            {
                case NameLikeness.Same:
                    exact++;
                    to = member.Value;
                    break;
                case NameLikeness.Alike:
                    alike++;
                    break;
                default:
                    break;
            }
        }

        return (exact, alike) switch
        {
            (1, 0) => Truth.True,
            (0, 0) => Truth.False,
            _ => Truth.Unknown,
        };
    }

    private static NameLikeness Likeness(ReadOnlySpan<byte> raw, PathStep step)
    {
        // Nothing that is read or folded to an ASCII name is shorter than it, and what is as long is the name or its letters.
        var name = step.Utf8;
        if (step.IsAscii && raw.Length <= name.Length)
        {
            return raw.Length < name.Length ? NameLikeness.Other
                : raw.SequenceEqual(name) ? NameLikeness.Same
                : Ascii.EqualsIgnoreCase(raw, name) ? NameLikeness.Alike
                : NameLikeness.Other;
        }

        return step.IsAscii && Ascii.IsValid(raw) && !raw.Contains((byte)'\\')
            ? NameLikeness.Other
            : ReadLikeness(raw, name);
    }

    private static NameLikeness ReadLikeness(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> name)
    {
        var scratch = new Scratch();
        try
        {
            return !JsonText.TryRead(raw, ref scratch, out var text) ? NameLikeness.Alike
                : text.SequenceEqual(name) ? NameLikeness.Same
                : IsAlike(text, name) ? NameLikeness.Alike
                : NameLikeness.Other;
        }
        finally
        {
            scratch.Dispose();
        }
    }

    // Simple case folding, rune by rune, which takes the long s and the Kelvin sign for the letters that they look like.
    private static bool IsAlike(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        while (!text.IsEmpty && !name.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out var a, out var read);
            Rune.DecodeFromUtf8(name, out var b, out var taken);
            if (Folded(a) != Folded(b))
            {
                return false;
            }

            text = text[read..];
            name = name[taken..];
        }

        return text.IsEmpty && name.IsEmpty;
    }

    private static Rune Folded(Rune rune) =>
        rune.Value == LongS ? new Rune('s') : Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune));
}
