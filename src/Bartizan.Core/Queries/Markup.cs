namespace Bartizan.Core.Queries;

/// <summary>What a text that is shown as HTML may hold: <c>html: none</c> or <c>html: formatting</c>.</summary>
public enum Markup
{
    /// <summary>No demand.</summary>
    Any,

    /// <summary>No tag, and no character that is written as one.</summary>
    None,

    /// <summary>Tags that format, without attributes, and links to http, https and mailto.</summary>
    Formatting,
}
