# The formula for a tap. The release workflow replaces the three words in capitals: the address of the repository, the version and the checksum
# of the source. Until then the formula cannot be installed.
class Roost < Formula
  desc "Private AI inference server that pulls, verifies and serves language models"
  homepage "HOMEPAGE"
  url "HOMEPAGE/releases/download/vVERSION/roost-VERSION-source.tar.gz"
  sha256 "CHECKSUM"
  license "Apache-2.0"

  depends_on xcode: ["26.0", :build]
  depends_on "llama.cpp"
  depends_on macos: :sequoia

  uses_from_macos "python" => :build
  uses_from_macos "sqlite"

  def install
    system "swift", "build", "--disable-sandbox", "-c", "release", "--product", "roost"
    bin.install ".build/release/roost"
    generate_completions_from_executable(bin/"roost", "--generate-completion-script")
    help = buildpath/"help.json"
    help.write Utils.safe_popen_read(bin/"roost", "--experimental-dump-help")
    system "sh", "-c", "python3 scripts/support/man-pages.py man1 #{version} < #{help}"
    man1.install Dir["man1/*.1"]
  end

  service do
    run [opt_bin/"roost", "serve"]
    keep_alive successful_exit: false
    environment_variables PATH: std_service_path_env
    log_path var/"log/roost.log"
    error_log_path var/"log/roost.log"
  end

  test do
    assert_equal version.to_s, shell_output("#{bin}/roost --version").strip
    ENV["ROOST_HOME"] = testpath/"home"
    assert_match "llama-server", shell_output("#{bin}/roost doctor")
  end
end
