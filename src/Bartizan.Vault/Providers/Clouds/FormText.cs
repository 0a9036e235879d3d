using System.Text;

namespace Bartizan.Vault.Providers.Clouds;

/// <summary>The body of an <c>application/x-www-form-urlencoded</c> request.</summary>
internal sealed class FormText
{
    /// <summary>Its type.</summary>
    public const string MediaType = "application/x-www-form-urlencoded";

    private readonly StringBuilder _text = new();

    /// <summary>Says a field.</summary>
    public FormText Say(string name, string value)
    {
        _text.Append(_text.Length == 0 ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    /// <summary>Says a field whose value nobody else sees.</summary>
    public FormText Say(string name, Secret value)
    {
        value.Use(text => Say(name, text.ToString()));
        return this;
    }

    /// <summary>Its bytes; it is empty then.</summary>
    public byte[] ToBytes()
    {
        var text = _text.ToString();
        _text.Clear();
        return Encoding.ASCII.GetBytes(text);
    }
}
